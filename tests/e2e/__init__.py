"""End-to-end tests: real guests under real QEMU. They skip, with the reason, only where QEMU cannot be had."""
