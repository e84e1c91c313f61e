"""Files of Lua Torch (Torch7)."""

from torchlike.utils.serialization.read_lua_file import load_lua

__all__ = ["load_lua"]
