"""Which image comes when: a pure function of the seed and of the number of images seen."""

from collections.abc import Iterator

from gpen_train.sources.draws import Draw, Order
from gpen_train.words import plural


class BatchSampler:
    """Lists of ``Draw``, this process's part of each batch, from image ``images_seen`` on.

    Passes follow each other without a seam: the batch that ends one begins the next, and a source smaller
    than a batch is gone through several times within one. ``images`` is rounded up to whole batches. There
    is no ``len()``: a resumed run has fewer batches left than it has made, and Lightning would compare the
    two and stop early.

    Raises ValueError where the batch cannot be divided among the processes.
    """

    def __init__(
        self,
        order: Order,
        batch_size: int,  # images a step, over all processes
        images: int,  # to see in the whole run
        images_seen: int = 0,  # the only state; any number, whole batches or not
        rank: int = 0,  # of this process
        world_size: int = 1,  # processes
    ):
        if batch_size < 1 or batch_size % world_size:
            processes = plural(world_size, "process", "processes")
            raise ValueError(
                f"batch_size is {batch_size} for {processes}; expected a multiple of {world_size}, as it "
                "counts the images of all of them"
            )
        self.order, self.batch_size, self.images = order, batch_size, images
        self.images_seen, self.rank, self.world_size = images_seen, rank, world_size

    @property
    def num_batches(self) -> int:
        """Batches from ``images_seen`` to the end."""
        return max(0, -(-(self.images - self.images_seen) // self.batch_size))

    def __iter__(self) -> Iterator[list[Draw]]:
        for start in range(self.images_seen, self.images, self.batch_size):
            # Interleaved, so that the groups of the discriminator's minibatch deviation are those of one
            # process.
            end = start + self.batch_size
            yield [self.order.draw(position) for position in range(start + self.rank, end, self.world_size)]


def held_out_batches(num_images: int, batch_size: int) -> list[list[Draw]]:
    """Every image once, in order and always in pass 0, so that evaluations compare."""
    draws = [Draw(index, 0) for index in range(num_images)]
    return [draws[start : start + batch_size] for start in range(0, num_images, batch_size)]
