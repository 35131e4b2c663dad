"""Lists of recipients: every line checked on its own, and no address in what is reported."""

import io
import json
import sys
from collections.abc import Callable, Sequence
from email.utils import parseaddr
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachkit.adapters.recipients import MAX_LINE, RecipientFile, RestFile
from breachkit.domain.listing import Fault, Row
from breachkit.domain.recipient import Recipient, check_address
from breachkit.errors import BadInputError

Read = Callable[..., list[Row]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a list and read all of its lines."""

    def lines(content: str | bytes, fields: Sequence[str] = ("name", "device")) -> list[Row]:
        path = tmp_path / "people"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        with RecipientFile(str(path), fields) as listing:
            return list(listing.rows())

    return lines


def faults(rows: Sequence[Row]) -> list[tuple[int, Fault, str, str]]:
    return [(one.line, one.fault, one.column, one.reason) for row in rows for one in row.findings]


ANNA = Recipient("anna@example.test", "en", "Anna Ö", {"device": "K-1"})


@pytest.mark.parametrize(
    "content",
    [
        "address,language,name,device\nanna@example.test,en,Anna Ö,K-1\n",
        "address;language;name;device\r\nanna@example.test;en;Anna Ö;K-1\r\n",
        "address\tlanguage\tname\tdevice\nanna@example.test\ten\tAnna Ö\tK-1",
        "\ufeffaddress,language,name,device\nanna@example.test,en,Anna Ö,K-1\n",
        '\n\n"device", Name ,LANGUAGE,address\n\nK-1,"Anna Ö",EN,anna@EXAMPLE.test\n\n',
        '{"address":"anna@example.test","language":"en","name":"Anna Ö","device":"K-1"}\n',
        '\ufeff{"device":"K-1","name":"Anna O\u0308","language":"en","address":"anna@example.test"}',
    ],
)
def test_a_table_and_json_lines_say_the_same(read: Read, content: str) -> None:
    (row,) = read(content)

    assert row.findings == ()
    assert row.recipient == ANNA


def test_a_language_is_optional_and_written_in_one_way(read: Read) -> None:
    rows = read("address,language\na@x.test,\nb@x.test,pt_BR\nc@x.test,Deutsch!\n", ())

    assert [one.recipient and one.recipient.language for one in rows] == ["", "pt-BR", None]
    assert faults(rows) == [(4, Fault.LANGUAGE, "language", "is no language, such as en or pt-BR")]


@pytest.mark.parametrize(
    ("line", "fault", "column"),
    [
        ("no-address,en,Anna,K", Fault.ADDRESS, "address"),
        (",en,Anna,K", Fault.ADDRESS, "address"),
        ('"a@x.test,b@x.test",en,Anna,K', Fault.ADDRESS, "address"),
        ("Anna <a@x.test>,en,Anna,K", Fault.ADDRESS, "address"),
        ("=a@x.test,en,Anna,K", Fault.ADDRESS, "address"),
        ("a@x.test,en,,K", Fault.MISSING, "name"),
        ("a@x.test,en,Anna, ", Fault.MISSING, "device"),
        ('a@x.test,en,"=HYPERLINK(1)",K', Fault.UNSAFE, "name"),
        ("a@x.test,en,+49 30,K", Fault.UNSAFE, "name"),
        ("a@x.test,en,@SUM(A1),K", Fault.UNSAFE, "name"),
        ("a@x.test,en,An\u202ena,K", Fault.UNSAFE, "name"),
        ("a@x.test,en,An\u0085na,K", Fault.UNSAFE, "name"),
        ("a@x.test,en,\ue010name\ue011,K", Fault.UNSAFE, "name"),
        (f"a@x.test,en,{'n' * 501},K", Fault.UNSAFE, "name"),
        ("a@x.test,en,Anna", Fault.MALFORMED, ""),
        ("a@x.test,en,Anna,K,more", Fault.MALFORMED, ""),
        ('a@x.test,en,"Anna,K', Fault.MALFORMED, ""),
        ("a@x.test,en,An\0na,K", Fault.MALFORMED, ""),
        ("a@x.test,en,An\rBcc: b@x.test,K", Fault.MALFORMED, ""),
        (f"a@x.test,en,{'n' * MAX_LINE},K", Fault.MALFORMED, ""),
    ],
)
def test_a_bad_line_of_a_table_spoils_itself_only(
    read: Read, line: str, fault: Fault, column: str
) -> None:
    rows = read(f"address,language,name,device\n{line}\nanna@example.test,en,Anna Ö,K-1\n")

    assert [(one.line, one.fault, one.column) for one in rows[0].findings] == [(2, fault, column)]
    assert rows[0].recipient is None
    assert (rows[1].line, rows[1].recipient) == (3, ANNA)


@pytest.mark.parametrize(
    ("line", "fault", "reason"),
    [
        ("{", Fault.MALFORMED, "the line is no JSON: Expecting property name"),
        ("[1]", Fault.MALFORMED, "the line is no JSON object"),
        ('{"address":"a@x.test","address":"b@x.test"}', Fault.MALFORMED, "a key stands twice"),
        ('{"a":' * 5000 + "1" + "}" * 5000, Fault.MALFORMED, "nested too deep"),
        ('{"address":"a@x.test","name":{"a":1},"device":"K"}', Fault.MALFORMED, "is an object"),
        ('{"address":["a@x.test"],"name":"A","device":"K"}', Fault.MALFORMED, "is a list"),
        ('{"address":"a@x.test","name":"A","device":1.5}', Fault.MALFORMED, "is the float 1.5"),
        ('{"address":"a@x.test","name":true,"device":"K"}', Fault.MALFORMED, "is the bool True"),
        ('{"address":"a@x.test","name":"A\\nBcc: b","device":"K"}', Fault.UNSAFE, "a line break"),
        ('{"address":"a@x.test","name":"A\\u0000","device":"K"}', Fault.UNSAFE, "U+0000"),
        ('{"address":"a@x.test","name":"A\\ud800","device":"K"}', Fault.UNSAFE, "U+D800"),
        ('{"address":"a@x.test","name":null,"device":"K"}', Fault.MISSING, "is missing"),
        ('{"address":"a@x.test","name":"A","device":"K","iban":"x"}', Fault.UNKNOWN, "no field"),
        ('{"name":"A","device":"K"}', Fault.ADDRESS, "is missing"),
    ],
)
def test_a_bad_object_spoils_itself_only(read: Read, line: str, fault: Fault, reason: str) -> None:
    good = json.dumps(
        {"address": ANNA.address, "language": "en", "name": "Anna Ö", "device": "K-1"}
    )
    rows = read(f"{good}\n{line}\n{good}\n")

    assert [one.recipient for one in rows] == [ANNA, None, ANNA]
    assert any(one.fault is fault and reason in one.reason for one in rows[1].findings)


def test_a_number_in_json_is_a_text_of_its_digits(read: Read) -> None:
    (row,) = read('{"address":"a@x.test","name":"A","device":4711}')

    assert row.recipient
    assert row.recipient.fields == {"device": "4711"}


def test_a_line_that_is_not_utf8_is_named_by_its_byte(read: Read) -> None:
    rows = read(b"address,name,device\na@x.test,M\xfcller,K\nb@x.test,B,K\n")

    assert faults(rows) == [(2, Fault.MALFORMED, "", "is not UTF-8 at byte 11")]


def test_everything_that_is_wrong_with_a_line_is_said(read: Read) -> None:
    (row,) = read("address,language,name,device\nnobody,??,=x,\n")

    assert [one.column for one in row.findings] == ["address", "language", "name", "device"]


def test_no_finding_holds_a_whole_address(read: Read) -> None:
    rows = read(
        "address,name,device\n"
        "secret.person@@example.test,A,K\n"
        '"secret.person@example.test,x",A,K\n'
        "a@x.test,=secret.person@example.test,K\n"
        '"secret.person@example.test"x,A,K\n'
    )

    said = repr([one.findings for one in rows])
    assert len(rows) == 4
    assert all(one.findings for one in rows)
    assert "secret" not in said
    assert "person" not in said
    assert "example" not in said


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("name,device\n", "line 1 lacks the column address"),
        ("address,name\n", "line 1 lacks the column device"),
        ("address,name,device,iban\n", "has the column iban, which this text does not print"),
        ("address,name,device,name\n", "has twice the column name"),
        ("anna.person@example.test,Anna,K\n", "lacks the column address, name, device"),
        ('[{"address":"a@x.test"}]', "is a JSON array"),
        ("address,name,device\n".encode("utf-16"), "is not UTF-8 text"),
        (f"{'a' * MAX_LINE}b,c\n", "is not UTF-8 text of at most"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_whole(
    read: Read, content: str | bytes, message: str
) -> None:
    with pytest.raises(BadInputError) as caught:
        read(content)

    assert message in caught.value.message
    assert caught.value.hint
    assert "anna.person" not in caught.value.message


def test_the_hint_names_the_columns(read: Read) -> None:
    with pytest.raises(BadInputError) as caught:
        read("name\n")

    assert caught.value.hint == "the first line names the columns: address,language,name,device"


def test_standard_input_can_be_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO("address,name\na@x.test,Ö\n".encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(raw, encoding="utf-8"))

    with RecipientFile("-", ["name"]) as listing:
        first, second = list(listing.rows()), list(listing.rows())

    assert first == second
    assert first[0].recipient == Recipient("a@x.test", "", "Ö")


def test_how_far_it_is_read_is_told_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("address\n" + "".join(f"a{n}@x.test\n" for n in range(2500)), encoding="utf-8")
    told: list[tuple[int, int]] = []

    with RecipientFile(str(path), (), lambda done, size: told.append((done, size))) as listing:
        assert len(list(listing.rows())) == 2500

    assert len(told) == 3
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_who_is_left_out_stands_in_a_file_for_its_owner_alone(read: Read, tmp_path: Path) -> None:
    rows = read('address,name,device\nbad,"=cmd",K\n"broken\n')
    path = tmp_path / "rest.csv"

    with RestFile(path, ("address", "name", "device")) as rest:
        assert not path.exists()
        for row in rows:
            rest.add(row, row.findings)

    assert path.stat().st_mode & 0o777 == 0o600
    first, table, broken = path.read_text("utf-8-sig").splitlines()
    assert first == "line,why,address,name,device"
    assert table.startswith('2,"address is not an address: ')
    assert "; name starts with a character that a spreadsheet takes for a formula" in table
    assert table.endswith(",bad,'=cmd,K")
    assert broken == '3,the line is no CSV: unexpected end of data,"""broken"'
    with RestFile(path, ()) as rest, pytest.raises(BadInputError, match="exists"):
        rest.add(rows[0], rows[0].findings)


@given(st.from_regex(r"[a-zA-Z0-9._+-]{1,20}@([a-z0-9-]{1,8}\.){1,3}[a-z0-9]{1,8}", fullmatch=True))
def test_an_address_that_is_taken_survives_being_parsed(address: str) -> None:
    try:
        taken = check_address(address)
    except ValueError:
        return
    assert parseaddr(taken) == ("", taken)
    assert parseaddr(f"Somebody <{taken}>") == ("Somebody", taken)
