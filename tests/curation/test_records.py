"""Records of other types, in whatever file a command keeps them, are refused in one line that names it."""

import json

import pytest
from plugins import reading, records

OF = {  # a record that is there, and how its command reads it
    "check": (records.CHECKED, reading.checked),
    "prepare": (records.ALIGNED, reading.prepared),
    "degrade": (records.FROZEN, reading.frozen),
    "restore": (records.RESTORED, reading.restored),
}
OTHERS = (None, -1.5, "x" * 5000, [None], {"a": 1}, 2**70)
CASES = [(command, field) for command, (record, _) in OF.items() for field in record]
HOLD_ANYTHING = ("plan", "made_with")


@pytest.mark.parametrize(("command", "field"), CASES)
def test_a_field_of_another_type_is_named(command, field, tmp_path):
    record, read = OF[command]
    for made in (records.journal(record), records.journal_lines(record)):
        path = made(tmp_path)
        content = path.read_text()
        for value in OTHERS if field not in HOLD_ANYTHING else ():
            may_be = (field == "source", str), (isinstance(record[field], float), int | float)
            if any(holds and isinstance(value, kinds) for holds, kinds in may_be):
                continue
            path.write_text(content.replace(*_changed(record, {**record, field: value})))
            with pytest.raises(ValueError, match=rf"{path.name} .*images\[0\]\.{field} is") as refusal:
                read(path)
            assert "\n" not in str(refusal.value)
            assert len(str(refusal.value).replace(str(tmp_path), "")) < 400
        path.unlink()


@pytest.mark.parametrize("command", OF)
def test_a_record_without_a_field_is_refused(command, tmp_path):
    record, read = OF[command]
    for field in record:
        path = records.journal_lines(record)(tmp_path)
        rest = {name: value for name, value in record.items() if name != field}
        path.write_text(path.read_text().replace(*_changed(record, rest)))
        with pytest.raises(ValueError, match=rf"images\[0\]\.{field} is missing"):
            read(path)
        path.unlink()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_are_finite(number, tmp_path):
    path = records.journal(records.CHECKED, "unreadable")(tmp_path)
    path.write_text(path.read_text().replace("0.3", number))
    with pytest.raises(ValueError, match=rf"manifest\.json.*{number}, which is not finite"):
        reading.checked(path)


def _changed(record, other) -> tuple[str, str]:
    return json.dumps(record), json.dumps(other)
