"""torchlike.autograd.profiler."""

import json
import threading
import time

import pytest

import torchlike as torch
from torchlike.autograd import Function, Variable, profiler


class Double(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * 2


def leaf():
    return Variable(torch.ones(3), requires_grad=True)


def names(prof):
    return [event.name for event in prof.function_events]


def test_operators_and_nodes_are_events():
    x = leaf()
    with profiler.profile() as prof:
        y = x + x
        y.mul_(3)
        y.sum().backward()
    assert names(prof) == [
        "add",
        "mul_",
        "sum",
        "SumBackward0",
        "MulBackward0",
        "AddBackward1",
    ]
    assert x.grad.data.tolist() == [6, 6, 6]


def test_nothing_is_recorded_outside():
    x = leaf()
    with profiler.profile() as prof:
        pass
    x.exp()
    assert names(prof) == []


def test_events_inside_a_function_are_its_children():
    with profiler.profile() as prof:
        Double.apply(leaf()).sum().backward()
    assert names(prof) == ["Double", "sum", "SumBackward0", "DoubleBackward", "mul"]
    backward = prof.function_events[3]
    assert backward.cpu_children == [prof.function_events[4]]
    inside = prof.function_events[4].cpu_time
    assert backward.self_cpu_time_total == pytest.approx(backward.cpu_time - inside)


def test_an_operator_that_fails_ends_its_event():
    with profiler.profile() as prof:
        with pytest.raises(RuntimeError):
            leaf() + Variable(torch.ones(4))
        leaf().exp()
    failed, after = prof.function_events
    assert failed.end <= after.start
    assert failed.cpu_children == []


def test_averages():
    x = leaf()
    with profiler.profile() as prof:
        for _ in range(5):
            x.exp().log()
    averages = prof.key_averages()
    assert [(e.key, e.count) for e in averages] == [("exp", 5), ("log", 5)]
    total = prof.total_average()
    assert (total.key, total.count) == ("Total", 10)
    assert total.cpu_time_total == pytest.approx(
        sum(e.cpu_time_total for e in prof.function_events)
    )
    assert averages[0].cpu_time == pytest.approx(averages[0].cpu_time_total / 5)


def test_table_is_sorted():
    x = leaf()
    with profiler.profile() as prof:
        x.log()
        x.exp()
        x.exp()
    lines = prof.key_averages().table(sort_by="count").splitlines()
    assert lines[0].split()[:2] == ["Name", "Self"]
    assert [line.split()[0] for line in lines[2:]] == ["exp", "log"]
    assert str(prof) == prof.table()


def test_chrome_trace(tmp_path):
    with profiler.profile() as prof:
        leaf().exp()
    path = tmp_path / "trace.json"
    prof.export_chrome_trace(str(path))
    (event,) = json.loads(path.read_text())
    assert event["name"] == "exp"
    assert event["ph"] == "X"
    assert event["dur"] == pytest.approx(prof.function_events[0].cpu_time)
    assert event["tid"] == threading.get_ident()


def test_chrome_trace_has_the_trace_event_format(tmp_path):
    """Complete events, finite numbers; those of a thread contain or miss each other."""
    path = tmp_path / "trace.json"

    def work():
        for _ in range(20):
            Double.apply(leaf()).exp().sum().backward()

    thread = threading.Thread(target=work)
    with profiler.profile() as prof:
        thread.start()
        work()
        thread.join()
    prof.export_chrome_trace(str(path))

    def refuse(text):
        raise AssertionError(f"{text} is no JSON")

    events = json.loads(path.read_text(), parse_constant=refuse)
    assert len(events) == len(prof.function_events) == 2 * 20 * 7
    for event in events:
        assert {"name", "ph", "ts", "dur", "tid", "pid"} <= event.keys()
        assert event["ph"] == "X" and isinstance(event["name"], str)
        for key in ("ts", "dur"):
            assert type(event[key]) in (int, float) and event[key] >= 0
        assert type(event["tid"]) is int
    assert len({event["tid"] for event in events}) == 2
    for tid in {event["tid"] for event in events}:
        ends = []  # of the events around the next one
        for event in (e for e in events if e["tid"] == tid):
            end = event["ts"] + event["dur"]
            while ends and ends[-1] <= event["ts"]:
                ends.pop()
            assert not ends or end <= ends[-1] + 1e-3
            ends.append(end)


def test_threads_are_told_apart():
    together = threading.Barrier(3)

    def work():
        together.wait()
        for _ in range(200):
            leaf().exp()

    threads = [threading.Thread(target=work) for _ in range(3)]
    with profiler.profile() as prof:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({event.thread for event in prof.function_events}) == 3
    assert len(prof.function_events) == 600
    assert not any(event.cpu_children for event in prof.function_events)


def test_blocks_do_not_nest():
    with profiler.profile(), pytest.raises(RuntimeError, match="not reentrant"):
        with profiler.profile():
            pass
    with profiler.profile(enabled=False) as prof, profiler.profile() as inner:
        leaf().exp()
    assert prof.function_events is None
    assert names(inner) == ["exp"]


def test_a_block_that_is_not_over_has_no_table():
    prof = profiler.profile()
    with pytest.raises(RuntimeError, match="not over"):
        prof.table()
    assert str(prof) == "<unfinished torch.autograd.profile>"


def test_an_open_event_survives_the_end_of_the_block():
    prof = profiler.profile()
    x = leaf()
    y = x * 2
    y.register_hook(lambda grad: prof.__exit__() or None)
    prof.__enter__()
    y.sum().backward()
    assert names(prof) == ["sum", "SumBackward0"]
    with profiler.profile() as after:
        x.exp()
    assert names(after) == ["exp"]


def test_an_event_costs_little():
    x = leaf()
    with profiler.profile():
        start = time.perf_counter()
        for _ in range(10000):
            x.exp()
        with_events = time.perf_counter() - start
    assert with_events / 10000 < 100e-6


def test_cuda_tools_say_what_they_need():
    with pytest.raises(RuntimeError, match="emit_nvtx needs CUDA"):
        with profiler.emit_nvtx():
            pass
    with profiler.emit_nvtx(enabled=False):
        pass
    with pytest.raises(RuntimeError, match=r"load_nvprof\('trace'\) needs CUDA"):
        profiler.load_nvprof("trace")
