"""Builds the customers' systems in the AWS behind an endpoint and prints what was built as one JSON document.

Every row names the environment the resource belongs to (null: to none): the table the console's inference is held against.
Never meant for a real account: it refuses any endpoint that is not on loopback.
"""

import argparse
import json
import sys
import time
import urllib.parse

from customers import Site, backend, cat_data, city, kajimaru, prooflink, strays

SYSTEMS = {"prooflink": prooflink, "kajimaru": kajimaru, "backend": backend, "city": city, "cat-data-v23": cat_data, "strays": strays}
FIVE = [name for name in SYSTEMS if name != "strays"]


def build(names, site):
    """Builds them (none named: the five) and gives the document that tells what was built."""
    began, names = time.monotonic(), names or FIVE
    for name in names:
        SYSTEMS[name].build(site)
    return {"systems": names, "seconds": round(time.monotonic() - began, 2), "roles": {"210987654321": city.ROLE},
            "resources": site.table}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--endpoint", required=True)
    arguments.add_argument("--only", default=",".join(FIVE), help=f"of {', '.join(SYSTEMS)}; default: the five systems, no strays")
    chosen = arguments.parse_args()
    if urllib.parse.urlparse(chosen.endpoint).hostname not in ("127.0.0.1", "localhost", "::1"):
        sys.exit(f"systems.py builds on a loopback peer only, not on {chosen.endpoint}")
    names = [name for name in chosen.only.split(",") if name]
    unknown = [name for name in names if name not in SYSTEMS]
    if unknown:
        sys.exit(f"no system {', '.join(unknown)}; there are {', '.join(SYSTEMS)}")
    print(json.dumps(build(names, Site(chosen.endpoint, [])), ensure_ascii=False))


if __name__ == "__main__":
    main()
