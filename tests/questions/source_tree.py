"""A source tree with a part of the real catalog: small enough to be read again and again, large enough to be understood."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from app.catalog.yaml_loader import read_document
from app.questions.teaching import TAUGHT
from app.settings import ROOT

REAL = ROOT / "procedures"
FIELDS = ("ho-tich", "lien-thong")
WHOLE = ("fields.yaml", "intents.yaml", "lexicon.yaml")


def make_source_tree(root: Path) -> Path:
    """Copy procedures of two fields, and of the other files what does not lead out of them. Returns the catalog's folder."""
    folder = root / "procedures"
    for field in FIELDS:
        shutil.copytree(REAL / field, folder / field)
    for name in (*WHOLE, "commune.sample.yaml"):
        shutil.copyfile(REAL / name, folder / name)
    codes = {path.name.split("-")[0] for path in folder.glob("*/*.yaml")}
    elsewhere = read_document(REAL / "elsewhere.yaml").data
    for item in elsewhere["elsewhere"]:
        item["near"] = [code for code in item.get("near", ()) if code in codes]
    known = codes | {f"elsewhere:{item['id']}" for item in elsewhere["elsewhere"]}
    families = [family for family in read_document(REAL / "families.yaml").data["families"] if known.issuperset(family["choices"])]
    events = [event for event in read_document(REAL / "life-events.yaml").data["life_events"] if codes.issuperset(event["procedures"])]
    for name, data in (("elsewhere", elsewhere), ("families", {"families": families}), ("life-events", {"life_events": events})):
        (folder / f"{name}.yaml").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    (folder / "locales" / "da-nang").mkdir(parents=True)  # the sample ward's layer, with nothing in it
    (root / TAUGHT).parent.mkdir(parents=True)
    return folder
