"""End-to-end tests: real guests under real QEMU. They are skipped, with the reason, only where QEMU is not available."""
