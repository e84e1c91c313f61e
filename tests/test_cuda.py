"""What programs ask of CUDA and cuDNN on a machine without them."""

import pytest

import torchlike as torch


def test_programs_ask_before_they_use_it():
    assert not torch.cuda.is_available()
    assert torch.cuda.device_count() == 0
    torch.cuda.manual_seed(1)
    torch.cuda.manual_seed_all(1)


@pytest.mark.parametrize("kind", ["Tensor", "Storage"])
@pytest.mark.parametrize("name", ["Byte", "Double", "Float", "Half", "Long"])
def test_cuda_types_have_no_instances(name, kind):
    cuda_type = getattr(torch.cuda, name + kind)
    assert not isinstance(torch.FloatTensor(1), cuda_type)
    assert f"{cuda_type.__module__}.{cuda_type.__name__}" == f"torch.cuda.{name}{kind}"
    with pytest.raises(AssertionError, match="not compiled with CUDA"):
        cuda_type(2)


def test_conversion_to_a_cuda_type_is_refused():
    with pytest.raises(AssertionError, match="not compiled with CUDA"):
        torch.ones(2).type(torch.cuda.FloatTensor)
    with pytest.raises(AssertionError, match="not compiled with CUDA"):
        torch.nn.Linear(2, 2).cuda()


def test_cudnn_settings():
    assert torch.backends.cudnn.enabled and not torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.benchmark = False
    assert torch.backends.cudnn.version() is None
    assert not torch.backends.cudnn.is_acceptable(torch.ones(2))
