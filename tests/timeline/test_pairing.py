"""Which attempts are retries of which, and who sent them."""

from __future__ import annotations

from pytest_ominigate.timeline import Case, Run, lanes, retries, runs
from pytest_ominigate.timeline.pairing import kind_of_work
from tests.rules.timelines import OK, RESET, STREAMED, WHOLE, call, error, raised, returned, step, video

FAILED = error("upstream_failed")


def numbers(what: Case) -> list[list[int]]:
    return [[attempt.number for attempt in run.attempts] for run in runs(what.trials[0].timeline)]


def only(what: Case) -> Run:
    (run,) = runs(what.trials[0].timeline)
    return run


class TestRuns:
    def test_a_request_and_its_retries_belong_together(self) -> None:
        assert numbers(call((0, FAILED), (1, FAILED), (3, OK))) == [[1, 2, 3]]

    def test_a_success_ends_them(self) -> None:
        assert numbers(call((0, FAILED), (1, OK), (2, OK), (3, FAILED))) == [[1, 2], [3], [4]]

    def test_another_key_is_another_request(self) -> None:
        assert numbers(call((0, FAILED), step(0, FAILED, key="key 2"), (1, OK))) == [[1, 3], [2]]

    def test_another_model_is_another_request(self) -> None:
        assert numbers(call((0, FAILED), step(0, OK, model="anthropic/claude"))) == [[1], [2]]

    def test_another_body_is_another_request(self) -> None:
        assert numbers(call((0, FAILED), step(0, OK, body={"messages": []}))) == [[1], [2]]

    def test_the_order_of_members_makes_no_difference(self) -> None:
        one, other = {"model": "a", "n": 1}, {"n": 1, "model": "a"}

        assert numbers(call(step(0, FAILED, body=one), step(1, OK, body=other))) == [[1, 2]]

    def test_another_operation_is_another_request(self) -> None:
        assert numbers(call((0, FAILED), step(0, OK, operation="chat_stream"))) == [[1], [2]]

    def test_another_caller_sends_another_request(self) -> None:
        assert numbers(call((0, FAILED), step(0, FAILED, lane=2), (1, OK), step(1, OK, lane=2))) == [[1, 3], [2, 4]]

    def test_a_poll_is_tried_again_whatever_its_body_says(self) -> None:
        first = step(5, FAILED, operation="video.status", model=None, task="t", body={"task_id": "t", "n": 1})
        again = step(6, OK, operation="video.status", model=None, task="t", body={"task_id": "t", "n": 2})

        assert numbers(video((0, "create", OK), first, again)) == [[1], [2, 3]]

    def test_polls_that_succeed_are_no_retries(self) -> None:
        assert numbers(video((0, "create", OK), (5, "status", OK), (10, "status", OK))) == [[1], [2], [3]]

    def test_a_broken_connection_can_be_tried_again(self) -> None:
        assert numbers(call((0, RESET), (1, OK))) == [[1, 2]]


class TestRetries:
    def test_the_wait_is_the_time_between_them(self) -> None:
        assert [each.wait for each in only(call((0, FAILED), (1, FAILED), (3.5, OK))).retries] == [1, 2.5]

    def test_they_are_counted_from_the_first(self) -> None:
        assert [each.index for each in only(call((0, FAILED), (1, FAILED), (3, OK))).retries] == [0, 1]

    def test_a_request_in_between_is_noticed(self) -> None:
        what = call((0, FAILED), step(0, OK, operation="models"), (1, FAILED), (2, OK))

        assert [each.direct for each in runs(what.trials[0].timeline)[0].retries] == [False, True]

    def test_another_caller_is_no_interruption(self) -> None:
        what = call((0, FAILED), step(0, FAILED, lane=2), (1, OK))

        assert [each.direct for each in retries(what.trials[0].timeline)] == [True]

    def test_all_come_in_the_order_in_which_they_were_sent(self) -> None:
        what = call((0, FAILED), step(0, FAILED, lane=2), step(1, OK, lane=2), (2, OK))

        assert [each.again.number for each in retries(what.trials[0].timeline)] == [3, 4]


class TestLanes:
    def test_each_caller_has_its_own_attempts_and_ending(self) -> None:
        first, second = lanes(call((0, FAILED), step(0, OK, lane=2), ending=[raised("no"), returned()]))

        assert [len(first.attempts), len(second.attempts)] == [1, 1]
        assert (first.ending, second.ending) == (raised("no"), returned())

    def test_a_caller_that_sent_nothing_has_an_ending_all_the_same(self) -> None:
        _, silent = lanes(call((0, OK), ending=[returned(), raised("no")]))

        assert (silent.attempts, silent.last, silent.ending) == ((), None, raised("no"))

    def test_a_caller_of_whom_nothing_is_known_has_no_ending(self) -> None:
        (lane,) = lanes(call((0, OK), ending=()))

        assert lane.ending is None

    def test_the_last_attempt_is_the_last_at_what_was_asked_for(self) -> None:
        (lane,) = lanes(call((0, FAILED), step(1, OK, operation="models")))

        assert lane.last is not None
        assert lane.last.number == 1

    def test_streaming_or_not_is_the_same_work(self) -> None:
        (lane,) = lanes(call((0, FAILED), step(1, OK, operation="chat"), operation="chat_stream"))

        assert lane.last is not None
        assert lane.last.number == 2

    def test_the_other_dialect_is_the_same_work_once_the_first_has_failed(self) -> None:
        first = step(0, FAILED, operation="chat_stream")
        (lane,) = lanes(call(first, step(1, OK, operation="messages_stream"), operation="chat_stream"))

        assert [attempt.number for attempt in lane.work] == [1, 2]

    def test_but_not_beside_it(self) -> None:
        before, after = step(0, FAILED, operation="messages"), step(2, FAILED, operation="messages")
        (lane,) = lanes(call(before, (1, OK), after))

        assert [attempt.number for attempt in lane.work] == [2]

    def test_a_text_is_no_picture(self) -> None:
        (lane,) = lanes(call((0, FAILED), step(1, OK, operation="chat"), operation="image"))

        assert [attempt.number for attempt in lane.work] == [1]

    def test_what_comes_after_an_attempt_is_the_same_callers(self) -> None:
        lane, _ = lanes(call((0, FAILED), step(0, OK, lane=2), (1, OK)))

        assert [attempt.number for attempt in lane.after(lane.attempts[0])] == [3]


class TestSwitches:
    """The same asked for with streaming switched on, off or changed."""

    def of(self, what: Case) -> list[list[tuple[int, int, bool]]]:
        (lane,) = lanes(what)
        return [
            [(each.failed.number, each.again.number, each.direct) for each in lane.switches(run)] for run in lane.runs
        ]

    def test_after_each_failure_the_next_request_counts(self) -> None:
        what = call(
            step(0, FAILED, body=STREAMED),
            step(1, FAILED, operation="chat", body=WHOLE),
            step(2, FAILED, body=STREAMED),
            operation="chat_stream",
        )

        assert self.of(what) == [[(1, 2, True)], [(2, 3, True)]]

    def test_a_retry_is_none(self) -> None:
        what = call(
            step(0, FAILED, body=STREAMED),
            step(1, FAILED, body=STREAMED),
            step(2, OK, operation="chat", body=WHOLE),
            operation="chat_stream",
        )

        assert self.of(what) == [[(2, 3, True)], []]

    def test_a_request_in_between_is_noticed(self) -> None:
        what = call(
            step(0, FAILED, body=STREAMED),
            step(0, OK, operation="models"),
            step(2, OK, operation="chat", body=WHOLE),
            operation="chat_stream",
        )

        assert self.of(what)[0] == [(1, 3, False)]

    def test_options_of_the_stream_make_no_difference(self) -> None:
        body = STREAMED | {"stream_options": {"include_usage": True}}

        assert self.of(call(step(0, FAILED, body=STREAMED), step(1, OK, body=body)))[0] == [(1, 2, True)]

    def test_nothing_is_one_after_a_success(self) -> None:
        assert self.of(call(step(0, OK, body=STREAMED), step(1, OK, operation="chat", body=WHOLE))) == [[], []]

    def test_another_body_key_or_model_is_none(self) -> None:
        for other in ({"body": {**WHOLE, "max_tokens": 5}}, {"key": "key 2"}, {"model": "anthropic/claude"}):
            again = step(1, OK, operation="chat", **({"body": WHOLE} | other))

            assert self.of(call(step(0, FAILED, body=STREAMED), again, operation="chat_stream")) == [[], []]

    def test_polls_and_bodies_that_are_no_json_objects_have_none(self) -> None:
        assert self.of(video((0, "create", OK), (5, "status", FAILED), (6, "result", OK))) == [[], [], []]
        assert self.of(call(step(0, FAILED, body=[1]), step(1, OK, body=[2]))) == [[], []]


def test_kinds_of_work() -> None:
    assert [kind_of_work(each) for each in ("chat_stream", "messages", "image", "video.status", "video")] == [
        "chat",
        "messages",
        "image",
        "video",
        "video",
    ]
