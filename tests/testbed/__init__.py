"""The real kube-apiserver and etcd, for tests, demo and development.

binaries.ensure()                 kube-apiserver, etcd, kubectl in .testbed/bin (toolchain, build, stamp, lock)
Cluster(folder).start() / .stop() one cluster in one folder (layout, pki, users, commands, launch, processes)
install(cluster)                  the CRDs and the RBAC that this repository ships
fixtures                          cluster, kubectl, operator_kubectl, namespace
python -m tests.testbed           build, up, down, status
"""
