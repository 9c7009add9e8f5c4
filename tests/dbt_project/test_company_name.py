"""What the macros of company names and web domains make of real-world spellings, run on DuckDB.

dbt renders each macro once, so that its own jinja, dispatch and escaping are what is tested.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

NAMES = [
    # nothing to say
    (None, None),
    ("", None),
    ("   \t", None),
    ("--", None),
    # plain signs
    ("Acme Corporation", "acme corporation"),
    ("  ACME\t CORP.\n", "acme corp"),
    ("Acme, Inc.", "acme, inc"),
    ("Acme (UK) Ltd.", "acme (uk) ltd"),
    ("Acme / Widgets", "acme / widgets"),
    ("Acme \\ Widgets", "acme / widgets"),
    ("Johnson & Johnson", "johnson and johnson"),
    ("AT&T Inc.", "at and t inc"),
    ("Black + Decker", "black and decker"),
    ("T-Mobile US", "t mobile us"),
    ("Coca-Cola", "coca cola"),
    ("Yahoo! Inc", "yahoo inc"),
    ("Acme® Widgets™", "acme widgets"),
    ("Amazon.com, Inc.", "amazon com, inc"),
    ("3M Company", "3m company"),
    ("“Acme” – Widgets", "acme widgets"),
    # apostrophes
    ("O'Reilly Automotive", "oreilly automotive"),
    ("Kellogg’s", "kelloggs"),
    ("Macy`s", "macys"),
    ("L‘Oréal", "loreal"),
    # dots and slashes between lone letters
    ("A.O. Smith Corp.", "ao smith corp"),
    ("A. O. Smith", "a o smith"),
    ("Compagnie X S.A.", "compagnie x sa"),
    ("Müller G.m.b.H.", "muller gmbh"),
    ("U.S. Bancorp", "us bancorp"),
    ("U.S.Bancorp", "us bancorp"),
    ("J.Crew Group", "j crew group"),
    ("St. Jude Medical", "st jude medical"),
    ("Eni S.p.A.", "eni spa"),
    ("Novo Nordisk A/S", "novo nordisk as"),
    ("Petrobras S/A", "petrobras sa"),
    ("Smith d/b/a Acme", "smith dba acme"),
    ("Acme c/o Smith", "acme c/o smith"),
    ("Solvay SA/NV", "solvay sa"),
    # marks of registers
    ("US BANCORP \\DE\\", "us bancorp"),
    ("WELLS FARGO & COMPANY/MN", "wells fargo and company"),
    ("ACME CORP /NEW/", "acme corp"),
    ("ACME INC /DE/ /NEW/", "acme inc"),
    ("ACME INC / MA", "acme inc"),
    ("ENERGY CO /TX/ (OLD)", "energy co (old)"),
    ("Acme/Deutsche Widgets", "acme/deutsche widgets"),
    # HTML
    ("AT&amp;T", "at and t"),
    ("AT&amp;amp;T", "at and t"),
    ("Kellogg&#8217;s", "kelloggs"),
    ("O&#39;Reilly &AMP; Sons", "oreilly and sons"),
    ("O&#x27;Reilly", "oreilly"),
    ("Soci&eacute;t&eacute; G&#233;n&#xE9;rale", "societe generale"),
    ("Stra&szlig;e &quot;A&quot; &nbsp;&reg;", "strasse a"),
    ("Acme &#99999999; &unknown; Inc", "acme inc"),
    ("&#1054;&#1054;&#1054; &#1056;&#1086;&#1075;&#1072;", "ooo roga"),
    ("A&P; Foods", "a and p foods"),
    # Latin letters
    ("Société Générale", "societe generale"),
    ("Gebrüder Weiß GmbH", "gebruder weiss gmbh"),
    ("A.P. Møller – Mærsk A/S", "ap moller maersk as"),
    ("Þór hf.", "thor hf"),
    ("Œuvre & Cœur", "oeuvre and coeur"),
    ("PKN Orlen Płock Sp. z o.o.", "pkn orlen plock spzoo"),
    ("Żabka Sp.z.o.o. Sp.k.", "zabka spzoo spk"),
    ("Türkiye İş Bankası A.Ş.", "turkiye is bankasi as"),
    ("IŞIK ÇAĞDAŞ Tic. Ltd. Şti.", "isik cagdas tic ltd sti"),
    ("Đuro Đaković d.d.", "duro dakovic dd"),
    ("Škoda Auto a.s.", "skoda auto as"),
    ("Cafe\u0301 Rene\u0301", "cafe rene"),
    ("Công ty TNHH Á Châu", "cty tnhh a chau"),
    ("Công ty Cổ phần Sữa Việt Nam", "cty sua viet nam"),
    ("ac\u200bme", "acme"),
    ("IŞIK TEKSTİL SAN. VE TİC. A.Ş.", "isik tekstil sanayi ve ticaret as"),
    # full width
    ("ＡＣＭＥ　（ＵＫ）　＆　Ｃｏ．", "acme (uk) and co"),
    # Cyrillic and Greek
    ("ООО «Ромашка»", "ooo romashka"),
    ("ПАО «Газпром»", "pao gazprom"),
    ("АО «Норильский Щит»", "jsc norilsky shchit"),
    ("Общество с ограниченной ответственностью Яндекс", "ooo yandex"),
    ("ПАО «ЛУКОЙЛ» Российские Линии", "pao lukoil rossiiskie linii"),
    ("Публичное акционерное общество «Сбербанк России»", "jsc sberbank rossii"),
    ("ТОВ Київ-Їжа", "tov kiiv izha"),
    ("Економска Банка а.д.", "ekonomska banka ad"),
    ("Маяк О.О.О.", "mayak ooo"),
    ("Каос Маорт", "kaos maort"),
    ("ΟΤΕ Α.Ε.", "ote ae"),
    ("Ευρωπαϊκή Θάλασσα ΑΒΕΕ", "evropaiki thalassa avee"),
    ("Ελληνική Ανώνυμη Εταιρεία Ξύλου", "elliniki ae xylou"),
    # scripts that stay
    ("トヨタ自動車株式会社", "トヨタ自動車 kk"),
    ("株式会社日立製作所", "kk 日立製作所"),
    ("㈱ｿﾌﾄﾊﾞﾝｸ", "kk ソフトバンク"),
    ("ソフトバンク（株）", "ソフトバンク kk"),
    ("有限会社 山田・商店", "yk 山田 商店"),
    ("日本生命保険相互会社", "日本生命保険 mutual"),
    ("三菱ＵＦＪ銀行", "三菱ufj銀行"),
    ("华为技术有限公司", "华为技术 ltd"),
    ("中国石油天然气股份有限公司", "中国石油天然气 ltd"),
    ("阿里巴巴集团控股有限公司", "阿里巴巴 group holding ltd"),
    ("삼성전자 주식회사", "삼성전자 co"),
    ("(주)카카오", "co 카카오"),
    ("㈜엘지", "co 엘지"),
    ("شركة أرامكو السعودية", "co ارامكو السعوديه"),
    ("شركة النور ذ.م.م", "co النور llc"),
    ('טבע תעשיות בע"מ', "טבע תעשיות ltd"),
    ("भारतीय स्टेट बैंक लि.", "भारतीय स्टेट बैंक लि"),
    ("ธนาคารกรุงเทพ", "ธนาคารกรุงเทพ"),
    ("บริษัท ปตท. จำกัด (มหาชน)", "co ปตท ltd pcl"),
]

DOMAINS = [
    (None, None),
    ("localhost", None),
    ("10.0.0.1", None),
    ("walmart.com", "walmart"),
    ("stock.walmart.com", "walmart"),
    ("www.bbc.co.uk", "bbc"),
    ("corporate.mcdonalds.com", "mcdonalds"),
    ("uni-koeln.de", "uni-koeln"),
    ("x.com.au", "x"),
    ("shop.acme.com.br", "acme"),
    ("www.u-tokyo.ac.jp", "u-tokyo"),
    ("acme.or.jp", "acme"),
    ("https://www.ACME.com/about?x=1", "acme"),
    ("jane@mail.acme.co.nz", "acme"),
    ("acme.io", "acme"),
    ("go.com", "go"),
    ("me.com", "me"),
    ("impots.gouv.fr", "impots"),
    ("acme.xn--p1ai", "acme"),
]


@pytest.fixture(scope="module")
def run_macro(
    repository: Path, make_once: Callable[[str, Callable[[Path], None]], Path]
) -> Callable[[str, list[str | None]], list[str | None]]:
    """`run_macro(column, values)`: the column of the rendered query for each value."""

    def render(path: Path) -> None:
        home = path.parent / "company-name-dbt"
        home.mkdir()
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.dbt",
                "--quiet",
                "compile",
                "--inline",
                "select {{ company_name_text('text') }} as company_name,"
                " {{ domain_label('text') }} as label from example order by position",
                "--output",
                "json",
                "--project-dir",
                repository / "dbt_project",
                "--profiles-dir",
                repository / "dbt_project",
                "--target-path",
                home / "target",
                "--log-path",
                home / "logs",
            ],
            cwd=repository,
            env={
                **{
                    key: value for key, value in os.environ.items() if not key.startswith("TIEOUT_")
                },
                "TIEOUT_WAREHOUSE": str(home / "warehouse.duckdb"),
                "TIEOUT_CANDIDATE": str(home / "marts.duckdb"),
            },
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        path.write_text(json.loads(done.stdout)["compiled"], encoding="utf-8")

    query = make_once("company-name.sql", render).read_text(encoding="utf-8")
    columns = {"company_name": 0, "label": 1}

    def run(column: str, values: list[str | None]) -> list[str | None]:
        connection = duckdb.connect()
        connection.execute("create table example (position integer, text varchar)")
        connection.executemany("insert into example values (?, ?)", list(enumerate(values)))
        return [row[columns[column]] for row in connection.execute(query).fetchall()]

    return run


def test_company_names(run_macro: Callable[[str, list[str | None]], list[str | None]]) -> None:
    """All at once: the table is the specification, and a difference shows the name it is about."""
    found = run_macro("company_name", [name for name, _ in NAMES])
    assert dict(zip((name for name, _ in NAMES), found, strict=True)) == dict(NAMES)


def test_a_name_that_was_reduced_is_left_as_it_is(
    run_macro: Callable[[str, list[str | None]], list[str | None]],
) -> None:
    """A second pass changes nothing, so that a stored name compares with a fresh one."""
    once = run_macro("company_name", [name for name, _ in NAMES])
    assert run_macro("company_name", once) == once


def test_domain_labels(run_macro: Callable[[str, list[str | None]], list[str | None]]) -> None:
    found = run_macro("label", [domain for domain, _ in DOMAINS])
    assert dict(zip((domain for domain, _ in DOMAINS), found, strict=True)) == dict(DOMAINS)


def test_words_of_the_seed_are_words_that_the_macro_makes(
    repository: Path, run_macro: Callable[[str, list[str | None]], list[str | None]]
) -> None:
    """A word that the macro writes otherwise would never be found in a name."""
    with (repository / "dbt_project/seeds/name_word.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        words = [row["word"] for row in csv.DictReader(file)]
    assert len(words) > 3000
    assert run_macro("company_name", words) == words


def test_the_seed_is_sorted_and_every_canonical_word_stands_for_itself(repository: Path) -> None:
    with (repository / "dbt_project/seeds/name_word.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    order = [(row["class"], row["word"]) for row in rows]
    assert order == sorted(order)
    by_word = {row["word"]: row for row in rows}
    assert len(by_word) == len(rows)
    wrong = [
        row["word"]
        for row in rows
        if row["class"] != "stop"
        and by_word.get(row["canonical"], {}).get("canonical") != row["canonical"]
    ]
    assert wrong == []
    assert [row["word"] for row in rows if row["class"] == "stop" and row["canonical"]] == []


def test_legal_forms_that_the_macro_writes_are_in_the_seed(repository: Path) -> None:
    """Its own Latin words for forms in other scripts must be known as forms."""
    macro = (repository / "dbt_project/macros/company_name.sql").read_text(encoding="utf-8")
    macro = re.sub(r"\{#.*?#\}", "", macro, flags=re.DOTALL)
    written = set(re.findall(r"[\"'] ([a-z]{2,}) [\"']", macro)) | {"spzoo", "spj", "spk", "cty"}
    assert len(written) > 15
    with (repository / "dbt_project/seeds/name_word.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        words = {row["word"] for row in csv.DictReader(file)}
    assert written - words == set()
