/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerkey.h"

#include "apikey.h"

#ifdef HAVE_LIBSECRET
#include <libsecret/secret.h>
#endif

typedef struct
{
  GCancellable *cancellable;
  char *key; /* to keep; NULL: to look for */
  PlayerKeyFunc func;
  gpointer data;
} Call;

static Call *
call_new (const char *key, GCancellable *cancellable, PlayerKeyFunc func,
    gpointer data)
{
  Call *call = g_new0 (Call, 1);

  call->cancellable = g_object_ref (cancellable);
  call->key = g_strdup (key);
  call->func = func;
  call->data = data;
  return call;
}

static void
call_end (Call *call, const char *key, const GError *error)
{
  if (!g_cancellable_is_cancelled (call->cancellable))
    call->func (key, error, call->data);
  g_object_unref (call->cancellable);
  g_free (call->key);
  g_free (call);
}

static gboolean
use_file (gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;

  /* Who looks finds what is in the file later, with the other places. */
  if (call->key == NULL)
    call_end (call, NULL, NULL);
  else if (api_key_store (call->key, &error))
    call_end (call, call->key, NULL);
  else
    call_end (call, NULL, error);
  return G_SOURCE_REMOVE;
}

#ifdef HAVE_LIBSECRET

static const SecretSchema schema = { "gst.visioncraft.Player",
  SECRET_SCHEMA_NONE,
  { { "service", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } } };

#define ATTRIBUTES "service", "VisionCraft", NULL

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer call)
{
  g_autoptr (GError) error = NULL;
  char *key = secret_password_lookup_finish (result, &error);

  /* Without a keyring there is no key in it. */
  if (error != NULL
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("the keyring: %s", error->message);
  call_end (call, key, NULL);
  secret_password_free (key);
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;

  if (secret_password_store_finish (result, NULL))
    call_end (call, call->key, NULL);
  else
    use_file (call);
}

void
player_key_load (GCancellable *cancellable, PlayerKeyFunc func, gpointer data)
{
  secret_password_lookup (&schema, cancellable, on_looked_up,
      call_new (NULL, cancellable, func, data), ATTRIBUTES);
}

void
player_key_store (const char *key, GCancellable *cancellable,
    PlayerKeyFunc func, gpointer data)
{
  Call *call = call_new (key, cancellable, func, data);
  g_autoptr (GError) error = NULL;

  if (api_key_check (key, &error))
    secret_password_store (&schema, SECRET_COLLECTION_DEFAULT,
        "API key of VisionCraft", key, cancellable, on_stored, call,
        ATTRIBUTES);
  else
    g_idle_add (use_file, call); /* which says what is wrong with it */
}

#else

void
player_key_load (GCancellable *cancellable, PlayerKeyFunc func, gpointer data)
{
  g_idle_add (use_file, call_new (NULL, cancellable, func, data));
}

void
player_key_store (const char *key, GCancellable *cancellable,
    PlayerKeyFunc func, gpointer data)
{
  g_idle_add (use_file, call_new (key, cancellable, func, data));
}

#endif
