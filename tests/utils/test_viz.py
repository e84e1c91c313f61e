"""torchlike.utils.viz: the graph as text and as a picture."""

import xml.etree.ElementTree as ElementTree

import pytest

import torchlike as torch
from torchlike.autograd import Variable
from torchlike.utils.viz import make_dot

SVG = "{http://www.w3.org/2000/svg}"


def leaf(*size):
    return Variable(torch.ones(*size), requires_grad=True)


def boxes(graph):
    return list(zip(graph.labels, graph.kinds))


def test_text_numbers_the_inputs():
    w, x = leaf(2, 3), Variable(torch.ones(2, 3))
    graph = make_dot((w * x).sum(), params={"w": w})
    assert graph.text().splitlines() == [
        "0  output [1]    <- 1",
        "1  SumBackward0  <- 2",
        "2  MulBackward1  <- 3",
        "3  w [2 x 3]",
    ]
    assert str(graph) == graph.text()


def test_a_shared_leaf_is_one_box():
    w = leaf(3)
    graph = make_dot((w * w).sum())
    assert [kind for _, kind in boxes(graph)].count("leaf") == 1
    assert len(graph.edges) == 4


def test_outputs_in_containers_are_named():
    w = leaf(2)
    graph = make_dot({"a": w * 2, "b": [w + 1, (w,)]})
    outputs = [label for label, kind in boxes(graph) if kind == "output"]
    assert outputs == ["a [2]", "b[0] [2]", "b[1][0] [2]"]


def test_a_leaf_shows_its_own_name():
    w = Variable(torch.ones(2), requires_grad=True, name="bias")
    assert ("bias [2]", "leaf") in boxes(make_dot(w + 1))


def test_picture_is_well_formed_and_nothing_overlaps():
    w, b = leaf(4, 4), leaf(4)
    h = (w * 2 + b).tanh()
    graph = make_dot({"<&>": (h + h * w).sum(), "h": h}, params={"w": w, "b": b})
    root = ElementTree.fromstring(graph.svg())
    rects = [
        {k: float(r.get(k)) for k in ("x", "y", "width", "height")}
        for r in root.iter(SVG + "rect")
    ]
    assert len(rects) == len(graph.labels)
    assert len(list(root.iter(SVG + "polyline"))) == len(graph.edges)
    assert [t.text for t in root.iter(SVG + "text")] == graph.labels
    for i, r in enumerate(rects):
        assert 0 <= r["x"] and r["x"] + r["width"] <= float(root.get("width")) + 1
        for s in rects[:i]:
            apart_x = r["x"] >= s["x"] + s["width"] or s["x"] >= r["x"] + r["width"]
            assert apart_x or r["y"] != s["y"]


def test_an_input_is_below_its_result():
    w = leaf(3)
    h = w * 2
    graph = make_dot((h + h.exp().log()).sum())
    root = ElementTree.fromstring(graph.svg())
    ys = [float(r.get("y")) for r in root.iter(SVG + "rect")]
    assert all(ys[start] < ys[end] for start, end in graph.edges)


def test_deep_graph():
    x = leaf(1)
    for _ in range(3000):
        x = x + 1
    graph = make_dot(x)
    assert len(graph.labels) == 3002
    assert len(graph.text().splitlines()) == 3002
    graph.svg()


def test_source_for_graphviz():
    source = make_dot(leaf(2) * 2).source()
    assert source.startswith("digraph {")
    assert '[label="MulBackward0"' in source
    assert "1 -> 0;" in source


def test_save(tmp_path):
    graph = make_dot(leaf(2) * 2)
    graph.save(tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text() == graph._repr_svg_()


@pytest.mark.parametrize("value", [3, None, torch.ones(2)])
def test_other_values_are_refused(value):
    with pytest.raises(TypeError, match="make_dot draws Variables"):
        make_dot(value)
    with pytest.raises(TypeError, match=r"params\['p'\]"):
        make_dot(leaf(1), params={"p": value})
