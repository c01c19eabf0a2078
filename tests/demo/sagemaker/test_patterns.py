from __future__ import annotations

import itertools
import time
from typing import Any

import pytest
import regex
from botocore.model import ServiceModel

from sm_onboard.demo.sagemaker.model import patterns
from tests.demo.sagemaker.shapes import installed

REPOSITORY_URL = r"https://([.\-_a-zA-Z0-9]+/?){3,1016}"
TEAM = r"[a-z0-9]([-a-z0-9]*[a-z0-9]){0,39}?"
ANY_TEXT = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"
OURS = """
sagemaker sagemaker-metrics pricing service-quotas codecommit iam sts ec2 s3 efs kms logs
cloudwatch secretsmanager sso-admin identitystore
""".split()


def _patterns_of(service: ServiceModel) -> set[str]:
    found = (service.shape_for(name).metadata.get("pattern") for name in service.shape_names)
    return {pattern for pattern in found if pattern is not None}


@pytest.mark.parametrize("service", OURS)
def test_every_pattern_of_our_services_is_checked(service: str) -> None:
    assert patterns.uncompilable(installed(service)) == {}


def test_what_cannot_be_checked_is_listed_with_its_reason() -> None:
    model: dict[str, Any] = {
        "metadata": {},
        "operations": {},
        "shapes": {
            "Good": {"type": "string", "pattern": "[a-z]+"},
            "Bad": {"type": "string", "pattern": r"[\p{all}]*"},
        },
    }
    assert patterns.uncompilable(ServiceModel(model, "x")) == {
        r"[\p{all}]*": "unknown property at position 8"
    }


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("[a-z]+", "abc", True),
        ("[a-z]+", "abcD", False),
        ("[a-z]+", "Dabc", False),
        ("[a-z]+", "abc\n", False),
        ("^[a-z]+$", "abc\n", False),
        ("[a-z]*", "", True),
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "équipe=データ 1", True),
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "a!b", False),
        (r"([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)${1,128}", "stage", True),
        (r"([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)${1,128}", "a!b", False),
        (r"arn:[\p{Alnum}\-]+:x", "arn:aws-cn:x", True),
        (r"arn:[\p{Alnum}\-]+:x", "arn:aws_cn:x", False),
        (ANY_TEXT, "a table, 表, \N{GRINNING FACE}\t", True),
        (ANY_TEXT, "a bell \x07", False),
        (ANY_TEXT, "half a pair \ud83d", False),
    ],
)
def test_the_whole_text_is_matched_as_java_does(pattern: str, text: str, expected: bool) -> None:
    assert patterns.matches(pattern, text) is expected


@pytest.mark.parametrize(("start", "pattern"), [("https://", REPOSITORY_URL), ("", TEAM)])
def test_a_pattern_made_safe_says_the_same(start: str, pattern: str) -> None:
    original = regex.compile(pattern)
    answers = set()
    for length in range(8):
        for letters in itertools.product("a-/!", repeat=length):
            text = start + "".join(letters)
            expected = original.fullmatch(text) is not None
            assert patterns.matches(pattern, text) is expected, text
            assert patterns.matches(f"^{pattern}$", text) is expected, text
            answers.add(expected)
    assert answers == {True, False}


def test_the_patterns_made_safe_are_in_the_model() -> None:
    bare = {pattern.strip("^$") for pattern in _patterns_of(installed("sagemaker"))}
    assert REPOSITORY_URL in bare


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (REPOSITORY_URL, "https://" + "a" * 1016, True),
        (REPOSITORY_URL, "https://" + "ab/" * 338, True),
        (REPOSITORY_URL, "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/churn", True),
        (REPOSITORY_URL, "https://" + "a" * 1000 + "!", False),
        (REPOSITORY_URL, "https://" + "a/" * 500 + "!", False),
        (TEAM, "a" * 60 + "!", False),
    ],
)
def test_long_texts_are_judged_at_once(pattern: str, text: str, expected: bool) -> None:
    patterns.matches(pattern, "")
    started = time.thread_time()
    assert patterns.matches(pattern, text) is expected
    assert time.thread_time() - started < 0.02


def test_a_pattern_that_never_ends_does_not_match() -> None:
    started, worked = time.perf_counter(), time.thread_time()
    assert not patterns.matches("x([a-z]+/?){3,1016}", "x" + "a" * 500 + "!")
    assert time.perf_counter() - started > patterns.TIME_LIMIT / 2
    assert time.thread_time() - worked < 10 * patterns.TIME_LIMIT


def test_no_pattern_of_sagemaker_is_slow() -> None:
    """Also for texts that almost match; the limit is for what a later model may bring."""
    slow = []
    for pattern in _patterns_of(installed("sagemaker")):
        for text in (
            "a" * 300,
            "a" * 300 + "!",
            "a-" * 150 + "!",
            "a/" * 150,
            "https://" + "a/" * 90,
        ):
            started = time.thread_time()
            patterns.matches(pattern, text)
            if time.thread_time() - started > 0.04:
                slow.append((pattern, text))
    assert slow == []
