"""What all tests share: the harness that runs pytest inside them."""

pytest_plugins = ["pytester"]
