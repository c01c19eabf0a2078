"""Which storage a folder is on, from the kernel's own table."""

from __future__ import annotations

from pathlib import Path

import pytest

from sm_onboard.repos.engine import storage

MOUNTS = r"""
22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw
30 22 259:3 / /home/sagemaker-user rw - xfs /dev/nvme1n1 rw
41 30 0:52 / /home/sagemaker-user/user-default-efs rw,relatime - nfs4 127.0.0.1:/ rw,vers=4.1
42 22 0:53 / /mnt/custom-file-systems/efs/fs-1/with\040space rw - nfs4 127.0.0.1:/ rw
43 22 0:54 / /mnt/fsx rw - lustre 10.0.0.1@tcp:/x rw
44 22 0:55 / /twice rw - nfs4 127.0.0.1:/ rw
45 22 0:56 / /twice rw - tmpfs tmpfs rw
not a line of this table
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/sagemaker-user/team", "xfs"),
        ("/home/sagemaker-user/user-default-efs/team", "nfs4"),
        ("/home/sagemaker-user/user-default-efs-not", "xfs"),
        ("/mnt/custom-file-systems/efs/fs-1/with space", "nfs4"),
        ("/mnt/fsx/a", "lustre"),
        ("/srv", "ext4"),
        ("/twice/x", "tmpfs"),
    ],
)
def test_the_nearest_mount_counts(folder: str, kind: str) -> None:
    assert storage.kind(folder, MOUNTS) == kind


def test_many_workers_only_over_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:1 / {tmp_path} rw - nfs4 server:/ rw\n2 0 0:2 / / rw - ext4 x rw\n")
    monkeypatch.setattr(storage, "_MOUNTS", table)
    storage.is_network.cache_clear()
    (tmp_path / "root").mkdir()
    assert storage.checkout_workers(tmp_path / "root") == 16
    assert storage.checkout_workers("/") == 1
    table.unlink()
    storage.is_network.cache_clear()
    assert storage.checkout_workers(tmp_path / "root") == 1
    storage.is_network.cache_clear()
