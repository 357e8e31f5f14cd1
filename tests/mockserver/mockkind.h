/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mockfault.h"
#include "mockserve.h"

/* The request a fault meets, and what would have been the answer. */
typedef struct
{
  const MockRequest *request;
  const char *token; /* the POST's key, "" */
  MockGif *gif;      /* made by the POST or asked for by the GET; or NULL */
  guint n_gets;      /* of @gif before this one */
  gboolean tls;
} MockFaultTarget;

/* The row of the table called @name ("status" is the row of all statuses);
 * NULL: there is none. */
const MockFaultKind *mock_kind_find (const char *name);

guint mock_kind_get_stage (const MockFaultKind *kind);

/* Appends a line for each row. */
void mock_kind_describe (GString *text);

/* TRUE when one of @faults stands in for the service: nothing is generated. */
gboolean mock_kind_any_replaces (GPtrArray *faults, const MockRequest *request);

/* Changes how a picture is served; before the reply is made. */
void mock_kind_serve (
    GPtrArray *faults, const MockFaultTarget *target, MockServing *serving);

/* Changes the reply, and by the settings that all faults have. */
void mock_kind_apply (
    GPtrArray *faults, const MockFaultTarget *target, MockReply *reply);

/* What a connection meets that was just accepted. */
typedef enum
{
  MOCK_ACCEPT_SERVE,
  MOCK_ACCEPT_SILENCE,
  MOCK_ACCEPT_RESET,
  MOCK_ACCEPT_CLOSE,
  MOCK_ACCEPT_GARBAGE
} MockAccept;

MockAccept mock_kind_accept (GPtrArray *faults);
