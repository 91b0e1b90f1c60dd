"""The page as a whole, and how it is served: to this machine alone, with nothing from outside."""

from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gpen_train.degradations.chain import Chain
from gpen_train.demo.degrade_tab import DegradeTab
from gpen_train.demo.limits import Limits
from gpen_train.demo.models import Model
from gpen_train.demo.restore_tab import RestoreTab

HOST = "127.0.0.1"
KEPT = 3600  # seconds that uploads and results stay on the disk
SESSIONS = 16  # whose last result is kept in memory
FONT = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
MONO = ("ui-monospace", "Consolas", "monospace")
POLICY = "; ".join(  # a browser asks nobody else, whatever the page may want
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "font-src 'self' data:",
        "frame-ancestors 'none'",
    ]
)
CSS = """
.gradio-container { width: 100% !important; max-width: 1280px !important; margin: 0 auto !important; }
.gradio-container main { width: 100%; }
.head h1 { font-size: 1.5rem; margin: 0; } .head p { margin: 0.25rem 0 0; opacity: 0.75; }
.said { margin: 0; padding: 0.6rem 0.8rem; border-radius: 8px; background: var(--background-fill-secondary);
  overflow-wrap: anywhere; }
.trouble { border-left: 4px solid #c0392b; }
.steps { font-size: 0.9rem; } .steps ol { margin: 0.3rem 0 0; padding-left: 1.5rem; list-style: decimal; }
@media (max-width: 480px) { .gradio-container { padding: 0.5rem !important; } }
"""


class OnlyFromHere:
    """Adds the policy that keeps a browser from asking other machines."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (b"content-security-policy", POLICY.encode()),
                    (b"referrer-policy", b"no-referrer"),
                ]
                message = {**message, "headers": [*message.get("headers", []), *headers]}
            await send(message)

        await self.app(scope, receive, with_policy)


def build_app(
    models: dict[str, Model],
    chains: dict[str, Chain],
    limits: Limits,
    detector: str,
    faces: str = "auto",  # which faces are chosen at first
) -> gr.Blocks:
    """The page: photographs, and what training sees where a model restores degraded faces."""
    of_degraded = {name: model for name, model in models.items() if model.task == "bfr"}
    with gr.Blocks(title="GPEN", analytics_enabled=False, fill_width=True, delete_cache=(KEPT, KEPT)) as app:
        gr.HTML(
            '<div class="head"><h1>GPEN face restoration</h1>'
            "<p>All is computed on this machine; nothing leaves it.</p></div>"
        )
        with gr.Tabs():
            with gr.Tab("Restore"):
                RestoreTab(models, limits, detector, faces)
            if of_degraded:
                with gr.Tab("What training sees") as tab:
                    DegradeTab(of_degraded, chains, limits, tab)
    return app


def serve(app: gr.Blocks, limits: Limits, port: int | None = None) -> str:
    """Serve the page in threads of this process, and return its address; ``app.close()`` ends it.

    Without ``port`` it takes the first free one from 7860. Raises OSError where there is none.
    """
    settings: dict[str, Any] = {
        "theme": gr.themes.Default(primary_hue="blue", font=FONT, font_mono=MONO),
        "css": CSS,
        "app_kwargs": {
            "middleware": [
                Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
                Middleware(OnlyFromHere),
            ]
        },
        "footer_links": [],
        # Each of these has a variable of the environment that would switch it on.
        **dict.fromkeys(("share", "ssr_mode", "mcp_server", "run_history", "pwa"), False),
        "enable_monitoring": False,
    }
    app.queue(api_open=False)
    _, address, _ = app.launch(
        server_name=HOST,
        server_port=port,
        max_file_size=limits.megabytes * 10**6,
        state_session_capacity=SESSIONS,
        prevent_thread_lock=True,
        inbrowser=False,
        quiet=True,
        **settings,
    )
    return address
