"""
Runs the unmodified Python SDK against a Motion Server that is up:

    VISAVIS_CONSOLE_URL=... VISAVIS_INGRESS_URL=... python run.py [--speech SPEECH.wav] [--match TEXT]

The app, its API key and its avatar are VISAVIS_APP_ID, VISAVIS_API_KEY and VISAVIS_AVATAR_ID, or dev-app, dev-key and ava.
With VISAVIS_PUBLIC the checks of what Visavis adds are left out; VISAVIS_STRICT (JSON, see harness.py) names a server with
small limits. Prints one JSON object a check; exits 1 where one failed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import traceback

from spatius import configure_telemetry

import harness
from registry import CHECKS, Check

import check_sessions  # noqa: F401  (each registers its checks)
import check_requests  # noqa: F401
import check_opus  # noqa: F401
import check_errors  # noqa: F401


def lack(check: Check) -> str | None:
    """Why a check cannot run here."""
    if check.needs == "visavis" and harness.PUBLIC:
        return "an addition of ours"
    if check.needs == "strict" and harness.STRICT is None:
        return "needs a server with small limits"
    return None


async def run_one(check: Check) -> dict:
    reason = lack(check)
    if reason:
        return {"status": "skipped", "reason": reason}
    try:
        await check.run()
        return {"status": "passed"}
    except Exception:  # a check may fail in any way; the rest still runs
        return {"status": "failed", "reason": traceback.format_exc()}


async def run_all(match: str) -> int:
    failed = 0
    for check in CHECKS:
        if match not in check.name:
            continue
        result = await run_one(check)
        failed += result["status"] == "failed"
        print(json.dumps({"section": check.section, "name": check.name, **result}), flush=True)
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--speech")
    parser.add_argument("--match", default="")
    options = parser.parse_args()
    configure_telemetry("")
    harness.SPEECH_WAV = options.speech
    sys.exit(1 if asyncio.run(run_all(options.match)) else 0)
