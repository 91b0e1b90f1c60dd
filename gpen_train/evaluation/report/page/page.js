// Two pictures in one place, parted by a line that can be moved; and an enlarged view with zoom.
"use strict";

const pictures = JSON.parse(document.getElementById("pictures").textContent);
const MOST_ZOOM = 16;
const COARSE = 4; // from this many screen pixels a picture's pixel on, pixels are shown as squares

const limit = (value, low, high) => Math.min(Math.max(value, low), high);

/** A comparison inside `place`; with `zooms` it can be enlarged and moved as well. */
class Comparison {
  constructor(place, zooms = false) {
    place.append(document.getElementById("compare").content.cloneNode(true));
    this.box = place.querySelector(".compare");
    this.handle = this.box.querySelector(".handle");
    this.images = { left: this.box.querySelector(".left img"), right: this.box.querySelector("img.right") };
    this.zooms = zooms;
    this.pointers = new Map();
    this.onZoom = () => {};
    this.moveLine(0.5);
    this.reset();
    this.handle.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("pointerdown", (event) => this.press(event));
    this.box.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.box.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    }
    if (zooms) {
      this.box.addEventListener("wheel", (event) => {
        event.preventDefault();
        this.zoomBy(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
      }, { passive: false });
    }
  }

  show(label, left, right) {
    for (const [side, name] of Object.entries({ left, right })) {
      const address = pictures[label][name];
      this.images[side].src = address ?? "data:,";
      this.images[side].hidden = address === undefined;
      this.images[side].alt = `${label}, ${name}`;
      this.box.querySelector(`.${side}-name`).textContent = name;
    }
    this.images.right.decode().then(() => this.judgePixels(), () => {});
  }

  moveLine(share) {
    this.share = limit(share, 0, 1);
    this.box.style.setProperty("--at", `${this.share * 100}%`);
    this.handle.setAttribute("aria-valuenow", Math.round(this.share * 100));
  }

  reset() {
    this.place(1, 0, 0);
  }

  /** Put the picture's corner at (x, y), in pixels, so that it still fills the box. */
  place(zoom, x, y) {
    const { width, height } = this.box.getBoundingClientRect();
    this.zoom = limit(zoom, 1, MOST_ZOOM);
    this.x = limit(x, width * (1 - this.zoom), 0);
    this.y = limit(y, height * (1 - this.zoom), 0);
    for (const [name, value] of [["--zoom", this.zoom], ["--x", `${this.x}px`], ["--y", `${this.y}px`]]) {
      this.box.style.setProperty(name, value);
    }
    this.box.classList.toggle("zoomed", this.zoom > 1);
    this.judgePixels();
    this.onZoom(this.zoom);
  }

  /** Zoom and keep what is at a place of the window there; the middle where none is given. */
  zoomBy(factor, clientX, clientY) {
    const { left, top, width, height } = this.box.getBoundingClientRect();
    const x = (clientX ?? left + width / 2) - left;
    const y = (clientY ?? top + height / 2) - top;
    const real = limit(this.zoom * factor, 1, MOST_ZOOM) / this.zoom;
    this.place(this.zoom * real, x - (x - this.x) * real, y - (y - this.y) * real);
  }

  judgePixels() {
    const size = this.box.getBoundingClientRect().width * this.zoom;
    this.box.classList.toggle("coarse", this.zoom > 1 && size > COARSE * this.images.right.naturalWidth);
  }

  press(event) {
    if (event.button) return;
    this.pointers.set(event.pointerId, event);
    this.box.setPointerCapture(event.pointerId);
    this.pans = this.zoom > 1 && event.target !== this.handle;
    if (!this.pans) this.follow(event);
    this.handle.focus({ preventScroll: true });
    event.preventDefault();
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const others = [...this.pointers.values()].filter((other) => other.pointerId !== event.pointerId);
    this.pointers.set(event.pointerId, event);
    if (others.length && this.zooms) {
      const distance = (a) => Math.hypot(a.clientX - others[0].clientX, a.clientY - others[0].clientY);
      const middle = [event.clientX + others[0].clientX, event.clientY + others[0].clientY].map((sum) => sum / 2);
      this.zoomBy(distance(event) / Math.max(distance(before), 1), ...middle);
    } else if (this.pans) {
      this.place(this.zoom, this.x + event.clientX - before.clientX, this.y + event.clientY - before.clientY);
    } else {
      this.follow(event);
    }
  }

  follow(event) {
    const { left, width } = this.box.getBoundingClientRect();
    this.moveLine((event.clientX - left) / width);
  }

  key(event) {
    const step = event.shiftKey ? 0.1 : 0.02;
    const places = {
      ArrowLeft: this.share - step, ArrowDown: this.share - step,
      ArrowRight: this.share + step, ArrowUp: this.share + step,
      Home: 0, End: 1,
    };
    if (!(event.key in places)) return;
    this.moveLine(places[event.key]);
    event.preventDefault();
  }
}

/** The page's faces, and the dialog that shows one of them. */
function start() {
  const galleries = [...document.querySelectorAll(".gallery")];
  if (!galleries.length) return;
  const [of, left, right] = ["of", "left", "right"].map((id) => document.getElementById(id));
  const systems = galleries.map((gallery) => gallery.dataset.system);
  const names = [...new Set(Object.values(pictures).flatMap((byName) => Object.keys(byName)))];
  of.append(...systems.map((name) => new Option(name)));
  for (const select of [left, right]) select.append(...names.map((name) => new Option(name)));
  left.value = names.includes("degraded") ? "degraded" : names[0];
  right.value = systems[0];
  of.parentElement.hidden = systems.length < 2;

  const faces = galleries.flatMap((gallery) => [...gallery.querySelectorAll(".face")].map((element) => {
    const frame = element.querySelector(".frame");
    const face = { element, gallery, label: element.dataset.label, comparison: new Comparison(frame) };
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "enlarge", textContent: "⤢", title: "Enlarge" });
    button.setAttribute("aria-label", `Enlarge ${face.label}`);
    button.addEventListener("click", () => open(face));
    frame.append(button);
    face.thumbs = Object.entries(pictures[face.label]).map(([name, address]) => thumb(name, address));
    element.querySelector(".thumbs").append(...face.thumbs);
    return face;
  }));
  function thumb(name, address) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", title: name, name });
    button.append(Object.assign(new Image(), { src: address, alt: name }));
    button.addEventListener("click", () => { right.value = name; showAll(); });
    return button;
  }

  const viewer = document.getElementById("viewer");
  const large = new Comparison(viewer.querySelector(".stage"), true);
  large.onZoom = (zoom) => { viewer.querySelector("output").textContent = `${zoom.toFixed(zoom < 10 ? 1 : 0)}×`; };
  let current = faces[0];

  function showAll() {
    for (const gallery of galleries) gallery.hidden = gallery.dataset.system !== of.value;
    for (const { label, comparison, thumbs } of faces) {
      comparison.show(label, left.value, right.value);
      for (const button of thumbs) button.setAttribute("aria-pressed", button.name === right.value);
    }
  }
  function open(face) {
    current = face;
    large.show(face.label, left.value, right.value);
    viewer.querySelector(".caption").innerHTML = face.element.querySelector("figcaption").innerHTML;
    if (!viewer.open) viewer.showModal();
    large.reset();
    large.handle.focus();
  }
  function turn(step) {
    const shown = faces.filter((face) => !face.gallery.hidden);
    open(shown[(shown.indexOf(current) + step + shown.length) % shown.length]);
  }
  const deeds = {
    previous: () => turn(-1), next: () => turn(1), close: () => viewer.close(),
    in: () => large.zoomBy(1.5), out: () => large.zoomBy(1 / 1.5),
  };
  const keys = { PageUp: "previous", PageDown: "next", "+": "in", "=": "in", "-": "out" };
  viewer.addEventListener("click", (event) => {
    const deed = event.target === viewer ? "close" : event.target.dataset.do;
    if (deed) deeds[deed]();
  });
  viewer.addEventListener("keydown", (event) => {
    if (!(event.key in keys)) return;
    deeds[keys[event.key]]();
    event.preventDefault();
  });
  of.addEventListener("change", () => { right.value = of.value; showAll(); });
  for (const select of [left, right]) select.addEventListener("change", showAll);
  showAll();
}

start();
