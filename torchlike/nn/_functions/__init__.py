"""Where 0.3 kept the operations behind modules."""
