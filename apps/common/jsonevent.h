/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* An object with the member "event"; the caller adds what else there is. */
JsonObject *json_event_new (const char *event);

/* Prints it as one line on standard output, at once. Takes @object over. */
void json_event_print (JsonObject *object);

/* A member whose text may come from anywhere: what is not UTF-8 is replaced. */
void json_event_set_text (
    JsonObject *object, const char *name, const char *text);

G_END_DECLS
