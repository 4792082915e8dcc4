"""What the end-to-end tests and the demo stand on: real QEMU guests, watched from outside."""
