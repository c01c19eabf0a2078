"""Where answers are checked, one that breaks the model is a mistake that is listed."""

from __future__ import annotations

import pytest

from sm_onboard.demo.sagemaker.call import Call
from sm_onboard.demo.sagemaker.engine.emulator import Emulator
from tests.demo.sagemaker.api import ADMIN


@pytest.mark.parametrize("check", [True, False])
def test_an_answer_that_breaks_the_model(check: bool) -> None:
    emulator = Emulator(check=check)
    emulator.register("pricing", "DescribeServices", lambda call: {"Services": [{"Oops": 1}]})
    call = Call("pricing", "DescribeServices", {}, "us-east-1", ADMIN)
    if check:
        with pytest.raises(ValueError, match=r"DescribeServices: .*serviceCode"):
            emulator.call(call)
    else:
        assert emulator.call(call)["Services"] == [{}]
