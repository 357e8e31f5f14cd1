/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* RFC 6585 §4; libsoup has no name for it. */
#define WEB_STATUS_TOO_MANY_REQUESTS 429

/* What went wrong, for the page: a kind that it has a text for, and the
 * little else that a visitor may know. Nothing of the machine, its files or its
 * key. */
typedef struct
{
  guint status;        /* of the HTTP reply that carries it */
  const char *kind;    /* static, which text of the page */
  char *field;         /* of the form, NULL: none */
  char *detail;        /* the text that the service sent, NULL: none */
  guint retry_after_s; /* 0: not known */
} WebFault;

/* @kind is static. The caller owns the result. */
WebFault *web_fault_new (guint status, const char *kind);

/* The same about one @field of the form. */
WebFault *web_fault_new_for_field (
    guint status, const char *kind, const char *field);

/* What an element's error @message is to a visitor. */
WebFault *web_fault_new_from_message (GstMessage *message);

/* Adds the member "error" to the object that @builder is in. */
void web_fault_add_to (const WebFault *fault, JsonBuilder *builder);

void web_fault_free (WebFault *fault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebFault, web_fault_free)

G_END_DECLS
