/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Turns an end of stream on @pad, before any buffer, into an error of its
 * element. */
void probes_refuse_nothing (GstPad *pad);

G_END_DECLS
