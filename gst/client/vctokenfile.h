/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcerror.h"

G_BEGIN_DECLS

/* The first line of the file at @path, a regular one of at most 4 KiB and not
 * in /proc; free it with vc_secret_free(). NULL with VC_ERROR_SETTING and a
 * sentence that names the file where it cannot be used. @ret_warning is a
 * sentence about who else can read or change it, NULL where there is nothing to
 * mend: a group may read what root owns or what is in $CREDENTIALS_DIRECTORY,
 * as Kubernetes and systemd hand out secrets. */
char *vc_token_file_read (const char *path, char **ret_warning, GError **error);

G_END_DECLS
