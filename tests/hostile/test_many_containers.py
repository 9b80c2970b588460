"""A message of very many small containers, which would hold the host's thread up."""

from __future__ import annotations

import pytest

from atoll import Isolate, MarshalError


async def test_more_containers_than_a_message_may_have_are_refused_and_the_isolate_lives() -> None:
    async with Isolate() as isolate:
        with pytest.raises(MarshalError, match="as JSON text"):
            await isolate.eval("Array.from({length: 1_000_001}, () => [])")
        assert await isolate.eval("1 + 1") == 2


async def test_brackets_in_text_are_no_containers() -> None:
    async with Isolate() as isolate:
        text = await isolate.eval(r"""'[{"\\'.repeat(600_000)""")
        assert text == '[{"\\' * 600_000


async def test_many_numbers_in_few_containers_are_no_problem() -> None:
    async with Isolate() as isolate:
        assert sum(await isolate.eval("Array.from({length: 1_500_000}, () => 1)")) == 1_500_000
