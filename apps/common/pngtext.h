/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* @png with title, description, comment and program of @tags in it: as tEXt
 * (PNG §11.3.3.2) what is ASCII, else as iTXt. Transfer full. */
GBytes *png_text_add (GBytes *png, const GstTagList *tags);

G_END_DECLS
