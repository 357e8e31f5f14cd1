/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "comments.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* Appends the part of the page that every element has: what its factory, pad
 * templates, interfaces and properties tell. Levels of headings begin at 2. */
void append_element (GString *page, Comments *comments, const char *name);

/* Appends what visioncraftgifsrc has besides: its URIs, messages, errors, tags
 * and events, each made by the function that makes it in the element.
 * @error_header is the file that declares VcErrorCode. */
void append_source_extras (GString *page, const char *error_header);

/* Appends a table of the plugin's debug categories. */
void append_debug_categories (GString *page);

/* @type in the words of the page. */
const char *type_words (GType type);

G_END_DECLS
