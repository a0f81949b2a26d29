"""The tests: pure logic, probes on loopback, faults in namespaces, the screen, the documents."""
