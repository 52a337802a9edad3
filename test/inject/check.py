# SPDX-License-Identifier: GPL-2.0-only
"""Checks what has to be true after a command ran with a fault"""
import functools
import json
import os
import pathlib
import re

import jsonschema

SOURCE = pathlib.Path(os.environ["SOURCE"])
SIGKILL = 9
# An attribute is unknown if its device is about to go, or if this process may not read it.
NOT_KNOWN = {"EACCES", "ENODEV"}
# In a guest, numbers and times differ each time.
LIVE = bool(os.environ.get("INJECT_LIVE"))


@functools.cache
def statuses_of(manual):
    """The exit statuses that the manual page has"""
    text = (SOURCE / "Documentation" / f"cxl-{manual}.adoc").read_text(encoding="utf-8")
    section = text.split("== EXIT STATUS", 1)[1].split("\n== ", 1)[0]
    return {int(status) for status in re.findall(r"^(\d+)::", section, re.MULTILINE)}


@functools.cache
def schema_of(name):
    return json.loads((SOURCE / "Documentation/schema" / f"{name}.schema.json").read_text(encoding="utf-8"))


@functools.cache
def is_valid(text, schema):
    try:
        jsonschema.validate(json.loads(text), schema_of(schema))
        return True
    except (ValueError, jsonschema.ValidationError):
        return False


def is_about_answer(fault):
    """Has the output of the answer failed, or that of the messages?"""
    return fault.call.name in ("write", "writev") and re.search(r"/(out|err)$", fault.call.what)


def about_ending(this_round, whole, fault, run):
    killed = fault.error is None and fault.call.process == 0
    if run.ended == "hung":
        yield "hangs"
    elif run.ended == "signal" and not (run.status == SIGKILL and fault.error is None):
        yield f"crashes: signal {run.status}"
    elif run.ended == "exit":
        manual = this_round.manual or this_round.arguments[0]
        if run.status not in statuses_of(manual):
            yield f"exit status {run.status}, which the manual page does not have: {run.err[:200]!r}"
        silent = not run.err.strip() and not is_refused_plan(run)
        if run.status != 0 and silent and not whole_says_nothing(whole, run) and not fails_on_messages(fault):
            yield f"exit status {run.status} without a message"


def fails_on_messages(fault):
    return fault.call.name in ("write", "writev") and fault.call.what.endswith("/err")


def is_refused_plan(run):
    """Has --dry-run printed a plan that says that it is refused, and why?"""
    try:
        plan = json.loads(run.out)
        return run.status == 3 and plan["verdict"] == "refused" and plan["excess"]
    except (ValueError, TypeError, KeyError):
        return False


def whole_says_nothing(whole, run):
    return run.status == whole.status and not whole.err.strip()


def about_answer(this_round, whole, fault, run):
    if run.ended != "exit":
        return
    if run.status == 0 and run.stable != whole.stable and not this_round.volatile and not LIVE:
        if fault.error not in NOT_KNOWN or not is_valid_answer(this_round, run):
            yield f"exit status 0, and not the whole answer: {run.err[:200]!r}"
    if run.status == whole.status == 0 and this_round.volatile and not run.out:
        yield "exit status 0, and no answer"
    if run.out and this_round.schema and not is_about_answer(fault) and not is_valid_answer(this_round, run):
        yield f"exit status {run.status}, and no valid JSON: {run.out[-200:]!r}"


def is_valid_answer(this_round, run):
    return this_round.schema is None or is_valid(run.out, this_round.schema)


def about_guard(this_round, run):
    for name in this_round.guarded:
        if name in run.told:
            yield f"cxl-cli was run on {name}: {run.told}"


def about_journal(where):
    """Right after the fault, everything that is detached is in the journal."""
    entries = where.entries()
    broken = [entry for entry in entries if entry.startswith("broken")]
    if broken:
        yield f"journal: {broken}"
    if not where.is_attached() and not entries:
        yield f"{where.state()}, and the journal has no entry"
    changed = {path: text for path, text in where.read_settings().items() if os.path.exists(path) and text != where.settings[path]}
    if where.autoprobe in changed and not where.left_settings():
        yield "drivers_autoprobe is changed, and not written down"
    if where.override in changed and not entries:
        yield f"driver_override is {changed[where.override]}, and the journal has no entry"


def about_recovery(where):
    """The plain command reattaches everything."""
    if where.is_attached() and not where.entries() and not where.left_settings() and where.read_settings() == where.settings:
        return
    run = where.plain("attach-memdev", "--all")
    if run.status != 0 or run.ended != "exit":
        yield f"attach-memdev --all afterwards: status {run.status}: {run.err[:300]!r}"
    if not where.is_attached():
        yield f"attach-memdev --all afterwards: still {where.state()}"
    if where.entries() or where.left_settings():
        yield f"attach-memdev --all afterwards: still written down: {where.entries()} {where.left_settings()}"
    if where.read_settings() != where.settings:
        yield f"attach-memdev --all afterwards: settings are {where.read_settings()}, and were {where.settings}"


def problems_of(this_round, whole, fault, run, where):
    problems = list(about_guard(this_round, run))
    # Before the entry of the program, ld.so fails, with its own messages and status.
    if not fault.call.early:
        problems += [*about_ending(this_round, whole, fault, run), *about_answer(this_round, whole, fault, run)]
    if this_round.arguments[0] in ("detach-memdev", "attach-memdev", "exercise-autoremove"):
        problems += [*about_journal(where), *about_recovery(where)]
    return problems
