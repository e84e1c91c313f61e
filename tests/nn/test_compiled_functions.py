"""Functions of torch.nn.functional that are compiled look like those of Python."""

import inspect
import warnings

import numpy as np
import pytest

import torchlike as torch
import torchlike.nn.functional as F
from torchlike.autograd import Variable

SIGNATURES = {
    F.relu: "(input, inplace=False)",
    F.threshold: "(input, threshold, value, inplace=False)",
    F.softplus: "(input, beta=1, threshold=20)",
    F.softmax: "(input, dim=None, _stacklevel=3)",
    F.conv1d: "(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",
    F.pad: "(input, pad, mode='constant', value=0)",
    F.embedding: "(input, embedding_matrix, max_norm=None, norm_type=2, "
    "scale_grad_by_freq=False, sparse=False, padding_idx=None)",
    F.batch_norm: "(input, running_mean, running_var, weight=None, bias=None, "
    "training=False, momentum=0.1, eps=1e-05)",
    F.multi_margin_loss: "(input, target, p=1, margin=1, weight=None, "
    "size_average=True)",
}


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda f: f.__name__)
def test_signature(function):
    assert str(inspect.signature(function)) == SIGNATURES[function]
    assert "Parameters" in inspect.getdoc(function)


def image():
    return Variable(torch.arange(0, 32).view(1, 2, 4, 4))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: F.conv2d(x, x[:, :, :2, :2], padding=1, stride=(2, 1)),
        lambda x: F.conv2d(x, x[:, :, :2, :2], dilation=[2, 1], stride=[2]),
        lambda x: F.avg_pool2d(x, 2, stride=(1, 2), ceil_mode=True),
        lambda x: F.max_pool2d(x, (2, 1), stride=(), padding=(1, 0)),
        lambda x: F.pad(x, (1, 0, 2, -1), value=3),
        lambda x: F.elu(x - 16, 2),
        lambda x: F.leaky_relu(x - 16, negative_slope=-0.25),
        lambda x: F.softmax(x, 1),
        lambda x: F.normalize(x, 3, 2),
    ],
    ids=["stride", "lists", "avg_pool2d", "max_pool2d", *"pad elu leaky".split()]
    + ["softmax", "normalize"],
)
def test_tensors_give_the_same(call):
    """They take the way through the parser of the operators, as lists do."""
    np.testing.assert_array_equal(call(image()).data.numpy(), call(image().data))


def test_keywords_and_numbers_of_other_types():
    x = Variable(torch.Tensor([-1, 2]))
    assert F.elu(inplace=False, input=x, alpha=np.float32(0)).data.tolist() == [0, 2]
    assert F.hardtanh(x, max_val=True).data.tolist() == [-1, 1]
    assert F.softmax(x, dim=np.int64(0)).data.sum() == pytest.approx(1)
    with pytest.raises(TypeError, match=r"elu .*str.*float alpha"):
        F.elu(x, "1")
    with pytest.raises(TypeError, match="beta"):
        F.elu(x, beta=1)
    with pytest.raises(TypeError, match=r"conv2d.*DoubleTensor"):
        F.conv2d(image(), image().double())


def test_warning_names_the_line_of_the_caller():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for function in F.softmax, F.softmin, F.log_softmax:
            function(Variable(torch.zeros(2)))
        torch.nn.Softmin()(Variable(torch.zeros(2)))
    lines = {(w.filename, w.lineno) for w in caught[:3]}
    assert [name for name, _ in lines] == [__file__]
    assert caught[3].filename == __file__


def test_methods_of_a_class():
    class Net(torch.nn.Module):
        activation = staticmethod(F.relu)

        def forward(self, x):
            return self.activation(x)

    assert Net()(Variable(torch.Tensor([-1, 1]))).data.tolist() == [0, 1]


def test_contiguous_variable_is_itself():
    x = Variable(torch.ones(2, 3), requires_grad=True)
    assert x.contiguous() is x
    y = x.t().contiguous()
    assert y.is_contiguous() and y is not x
    y.sum().backward()
    assert x.grad.data.tolist() == [[1, 1, 1]] * 2
