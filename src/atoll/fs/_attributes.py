"""What a file takes over from the one whose place it takes, so that nobody has more rights to it.

Owner and group, where this process may give files away; the permissions, without those to run it as
somebody else; the access control list and the attributes of users (``xattr(7)``). File capabilities
and security labels are not taken over: they speak of the content that was there.
"""

from __future__ import annotations

import contextlib
import os
import stat as stat_modes
import sys
from typing import Final

AS_SOMEBODY_ELSE: Final = stat_modes.S_ISUID | stat_modes.S_ISGID
_ACL: Final = "system.posix_acl_access"
_USERS: Final = "user."


def take_over(source: int, target: int) -> None:
    """Give ``target``, a new file, what ``source`` has, both by descriptors."""
    like, made = os.fstat(source), os.fstat(target)
    mode = like.st_mode & 0o777
    same_group = made.st_gid == like.st_gid or _give(target, -1, like.st_gid)
    if not same_group:
        mode = _without_group(mode)
    os.fchmod(target, mode)
    if sys.platform == "linux" and not _copy_attributes(source, target, lists=same_group):
        # The bits of the group are the most that the list gave anybody.
        os.fchmod(target, _without_group(mode))
    if made.st_uid != like.st_uid:
        _give(target, like.st_uid, -1)


def _give(fd: int, user: int, group: int) -> bool:
    try:
        os.fchown(fd, user, group)
    except OSError:  # not root, or root without that right, or in a namespace without that user
        return False
    return True


def _without_group(mode: int) -> int:
    """The group may do no more than everybody."""
    return mode & (~0o070 | (mode & 0o007) << 3)


if sys.platform == "linux":

    def _copy_attributes(source: int, target: int, *, lists: bool) -> bool:
        """Returns whether the access control list is the same now."""
        try:
            names = os.listxattr(source)
        except OSError:  # a file system without any
            return True
        has_list = _ACL in names
        for name in names:
            if name.startswith(_USERS):
                with contextlib.suppress(OSError):  # too large for that file system, say
                    os.setxattr(target, name, os.getxattr(source, name))
        try:
            if has_list and lists:
                os.setxattr(target, _ACL, os.getxattr(source, _ACL))
            elif _ACL in os.listxattr(target):  # from the directory
                os.removexattr(target, _ACL)
        except OSError:
            return False
        return lists or not has_list
