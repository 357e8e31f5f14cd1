/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "item.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What a journal's line says has happened. Of an item's: */
typedef enum
{
  EVENT_REQUEST, /* a request leaves: from now on it may be billed */
  EVENT_BACK,    /* it was not processed */
  EVENT_GIF,     /* the GIF is safe in the cache */
  EVENT_DONE,    /* and its files are there */
  EVENT_REFUSED, /* by the service */
  EVENT_FAILED,  /* the GIF cannot be converted */
  EVENT_UNKNOWN, /* no GIF, and it may have been billed */
  EVENT_LEFT,    /* the run ended before it */
  EVENT_START,   /* and of runs */
  EVENT_END,
  N_EVENTS
} Event;

const char *event_name (Event event);
/* FALSE: there is none of that name. */
gboolean event_from_name (const char *name, Event *ret_event);

/* A line's object with event and time; and what tells an item from others,
 * or with @whole all that is known of it. Add to it, and make the line. */
JsonObject *event_new (Event event);
JsonObject *event_new_for_item (Event event, const Item *item, gboolean whole);

/* A file's name as the journal in @folder has it: relative to it where it is
 * below, so that both can be moved. The caller owns it. */
char *event_file_name (const char *folder, const char *file);

/* Takes @object. The caller owns the line. */
char *event_line (JsonObject *object);

G_END_DECLS
