"""Memory that processes share, seen from one process."""

import copy
import os
import subprocess

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable
from torchlike.multiprocessing import reductions


@pytest.fixture(params=["file_descriptor", "file_system"])
def strategy(request):
    torch.multiprocessing.set_sharing_strategy(request.param)
    yield request.param
    torch.multiprocessing.set_sharing_strategy("file_descriptor")


def files():
    """The names of our shared memory."""
    return {name for name in os.listdir("/dev/shm") if name.startswith("torch_")}


def test_strategies():
    mp = torch.multiprocessing
    assert mp.get_all_sharing_strategies() == {"file_descriptor", "file_system"}
    assert mp.get_sharing_strategy() == "file_descriptor"
    with pytest.raises(ValueError, match="'shm': use 'file_descriptor' or 'file_sys"):
        mp.set_sharing_strategy("shm")
    assert mp.get_sharing_strategy() == "file_descriptor"


def test_tensors_over_a_storage_move_together(strategy):
    a = torch.arange(0, 6).view(2, 3)
    row, storage = a[1], a.storage()
    assert not a.is_shared() and a.share_memory_() is a
    assert a.is_shared() and row.is_shared() and storage.is_shared()
    assert a.tolist() == [[0, 1, 2], [3, 4, 5]]
    row.fill_(9)
    assert a[1].tolist() == [9, 9, 9] == storage.tolist()[3:]
    place = a.data_ptr()
    assert a.share_memory_().data_ptr() == place
    with pytest.raises(RuntimeError, match="not resizable, from 6 to 7"):
        a.resize_(7)
    assert a.resize_(2).tolist() == [0, 1]


def test_the_rest_of_the_types(strategy):
    for cls in torch._storage_classes:
        s = cls(3).fill_(2)
        assert s.share_memory_() is s and s.tolist() == [2, 2, 2]
    empty = torch.FloatTensor().share_memory_()
    assert empty.is_shared() and empty.tolist() == []


def test_arrays_and_slices_keep_the_old_memory(strategy):
    a = torch.ones(3)
    array, part = a.numpy(), a.storage()[1:]
    a.share_memory_()
    a.fill_(5)
    assert array.tolist() == [1, 1, 1] and part.tolist() == [1, 1]
    with pytest.raises(RuntimeError, match="a slice of a torch.FloatStorage cannot mo"):
        part.share_memory_()
    del array, part  # the loans end
    with pytest.raises(RuntimeError, match="not resizable"):
        a.resize_(100)
    source = np.ones(3)
    b = torch.from_numpy(source)
    again = b.numpy()
    b.share_memory_().fill_(2)
    del source
    assert again.tolist() == [1, 1, 1] and b.tolist() == [2, 2, 2]
    shared = b.numpy()
    shared[0] = 7
    assert b[0] == 7


def test_variables_and_modules(strategy):
    v = Variable(torch.ones(2), requires_grad=True)
    assert not v.is_shared() and v.share_memory_() is v and v.data.is_shared()
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    net(Variable(torch.randn(4, 2))).sum().backward()
    assert net.share_memory() is net
    tensors = [p.data for p in net.parameters()] + [
        p.grad.data for p in net.parameters()
    ]
    assert all(t.is_shared() for t in [*tensors, net[1].running_mean])


def test_named_memory_is_deleted_with_its_last_storage():
    before = files()
    s = torch.IntStorage([1, 2, 3])
    manager, path, size = s._share_filename_()
    assert os.path.basename(os.fsdecode(path)) in files() - before and size == 3
    again = torch.IntStorage._new_shared_filename(manager, path, size)
    again[0] = 8
    assert s.tolist() == [8, 2, 3] and again.data_ptr() == s.data_ptr()
    del s
    assert files() != before
    del again
    assert files() == before
    with pytest.raises(OSError, match="No such file"):
        torch.IntStorage._new_shared_filename(manager, path, size)


def test_open_files_of_shared_memory():
    s = torch.IntStorage([1, 2])
    file, size = s._share_fd_()
    assert (file, size) == s._share_fd_() and s._get_shared_fd() == file
    again = torch.IntStorage._new_shared_fd(file, size)
    assert again.data_ptr() == s.data_ptr()
    with pytest.raises(
        RuntimeError, match="8 bytes of type 3, but .*12 bytes of type 3"
    ):
        torch.IntStorage._new_shared_fd(file, 3)
    with pytest.raises(
        RuntimeError, match="8 bytes of type 3, but .*8 bytes of type 5"
    ):
        torch.FloatStorage._new_shared_fd(file, 2)
    with pytest.raises(RuntimeError, match="negative, got -2"):
        torch.IntStorage._new_shared_fd(file, -2)
    place = s.data_ptr()
    del s
    assert again.tolist() == [1, 2] and again.data_ptr() == place
    with pytest.raises(OSError, match="Bad file descriptor"):
        torch.IntStorage._new_shared_fd(-1, 3)
    other = os.memfd_create("other")
    with pytest.raises(RuntimeError, match="0 bytes is too small"):
        torch.IntStorage._new_shared_fd(other, 3)
    os.truncate(other, 1000)
    with pytest.raises(RuntimeError, match="no shared memory of a storage"):
        torch.IntStorage._new_shared_fd(other, 3)
    os.close(other)
    with pytest.raises(
        RuntimeError, match="couldn't retrieve a shared file descriptor"
    ):
        torch.IntStorage(2)._get_shared_fd()


def test_new_in_shared_memory(strategy):
    s = torch.FloatStorage._new_shared(4)
    assert s.is_shared() and s.tolist() == [0, 0, 0, 0]
    batch = torch.FloatTensor().new(s).view(2, 2)
    torch.stack(
        [torch.ones(2), torch.zeros(2)], 0, out=batch
    )  # as collate functions do
    assert s.tolist() == [1, 1, 0, 0] and batch.is_shared()
    for make in (
        torch.ByteStorage._new_using_fd,
        torch.ByteStorage._new_using_filename,
    ):
        assert make(3).tolist() == [0, 0, 0]
        with pytest.raises(RuntimeError, match="negative, got -1"):
            make(-1)
        with pytest.raises((OSError, MemoryError)):
            make(1 << 60)


def test_a_deep_copy_is_not_shared(strategy):
    a = torch.ones(2).share_memory_()
    assert not copy.deepcopy(a).is_shared() and not a.clone().is_shared()


# ---- what is sent ------------------------------------------------------------------


def sent(obj):
    """The object as the same process receives it."""
    return reductions.ForkingPickler.loads(reductions.ForkingPickler.dumps(obj))


def test_the_same_memory_arrives(strategy):
    a = torch.arange(0, 6).view(2, 3)
    b, row, transposed, again = sent((a, a[1], a.t(), a))
    assert b is again and a.is_shared() and b.data_ptr() == a.data_ptr()
    assert transposed.size() == (3, 2) and transposed.stride() == (1, 3)
    row.fill_(7)
    assert a.tolist() == [[0, 1, 2], [7, 7, 7]]
    assert sent(a.storage()).data_ptr() == a.data_ptr()
    assert sent(a.storage()[4:]).data_ptr() == a.data_ptr() + 16
    assert sent(torch.LongTensor()).size() == ()


def test_variables_arrive_with_their_gradients(strategy):
    v = Variable(torch.ones(2), requires_grad=True)
    (v * 3).sum().backward()
    p = nn.Parameter(torch.zeros(2), requires_grad=False)
    w, q = sent([v, p])
    assert type(w) is Variable and w.requires_grad and w.is_leaf
    assert w.data.data_ptr() == v.data.data_ptr()
    assert w.grad.data.data_ptr() == v.grad.data.data_ptr()
    assert type(q) is nn.Parameter and not q.requires_grad and q.grad is None
    net = nn.Linear(2, 2)
    assert sent(net).weight.data.data_ptr() == net.weight.data.data_ptr()


def test_storages_over_files(tmp_path):
    shared = torch.IntStorage.from_file(str(tmp_path / "a"), True, 2).fill_(4)
    with pytest.raises(RuntimeError, match="over a shared file cannot be sent"):
        sent(shared)
    private = torch.IntStorage.from_file(str(tmp_path / "a"))
    assert sent(private).tolist() == [4, 4] and private.is_shared()


def test_named_memory_that_is_gone():
    s = torch.FloatStorage(5000)
    _, path, _ = s._share_filename_()
    os.unlink(path)
    with pytest.raises(RuntimeError, match="5000 elements .* is gone: all processes"):
        reductions.rebuild_storage_filename("FloatStorage", 0, path, 5000)


def test_a_sender_that_has_ended():
    ended = subprocess.Popen(["true"])
    ended.wait()
    for elements in (3, 5000):
        s = torch.FloatStorage(elements).fill_(1)
        rebuild, (name, place, size, data) = reductions.reduce_storage(s)
        own = rebuild(name, place, size, data)
        assert own.data_ptr() == s.data_ptr()
        for other in (
            (ended.pid, *place[1:]),
            (place[0], 0, *place[2:]),  # another file
            (1, *place[1:]),  # somebody else's process
        ):
            if elements == 3:  # these travel by value too
                assert rebuild(name, other, size, data).tolist() == [1, 1, 1]
                continue
            with pytest.raises(
                RuntimeError, match="5000 elements .* receive it before"
            ):
                rebuild(name, other, size, data)
