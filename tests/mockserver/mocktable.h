/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mockeffect.h"

/* A row. What is left out does not change. In @text and @location stand for
 * themselves: $TOKEN $MESSAGE $STATUS $PHRASE $ADDRESS, and of the picture's
 * address $SCHEME $HOST $ORIGIN $PATH. */
struct _MockFaultKind
{
  const char *name;
  guint stage;      /* unless told otherwise */
  guint status;     /* not 0: instead of the service's own reply */
  const char *type; /* Content-Type of @text */
  const char *text; /* the body */
  const char *location;
  MockReplyEffect apply;
  MockServeEffect serve;
  MockFaultCondition condition; /* NULL: meets all */
  MockAccept accept;
  const char *help;
};

extern const MockFaultKind mock_table[];
extern const guint mock_table_size;
