"""The basis of the end-to-end tests and the demo: real QEMU guests, observed from outside."""
