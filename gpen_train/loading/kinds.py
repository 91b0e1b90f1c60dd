"""The kinds of data that configs/data names: each has a function that makes a split from plain values.

It stands with its source. What follows ``common`` among its arguments are the settings of its YAML.
"""

from collections.abc import Callable

from gpen_train.sources.drawn import drawn_data
from gpen_train.sources.folder import folder_data
from gpen_train.sources.hugging_face import hugging_face_data
from gpen_train.sources.label_maps import label_maps_data
from gpen_train.sources.pairs import pairs_data
from gpen_train.sources.shards.source import shards_data
from gpen_train.sources.split import Split
from gpen_train.sources.zip import zip_data

KINDS: dict[str, Callable[..., Split]] = {
    "folder": folder_data,
    "zip": zip_data,
    "shards": shards_data,
    "hugging_face": hugging_face_data,
    "drawn": drawn_data,
    "pairs": pairs_data,
    "label_maps": label_maps_data,
}
