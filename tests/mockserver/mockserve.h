/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mockhttp.h"

/* How one download of a picture is to be answered. */
typedef struct
{
  GBytes *bytes;
  char *type;
  char *etag;     /* as in the header; NULL: none */
  char *modified; /* HTTP date; NULL: none */
  gboolean range_ignored;
  gint64 range_shift; /* bytes that a range begins too late */
} MockServing;

/* All as it should be. */
MockServing *mock_serving_new (const MockGif *gif);

void mock_serving_free (MockServing *serving);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockServing, mock_serving_free)

/* RFC 9110 §13, §14: 200, 206 for one range, 304, 416. Never NULL. */
MockReply *mock_serving_reply (
    const MockServing *serving, const MockRequest *request);
