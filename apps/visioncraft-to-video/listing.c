/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listing.h"

#include "failure.h"
#include "jsonevent.h"
#include "samplers.h"
#include "servicelimits.h"

#include <stdio.h>

typedef struct
{
  const Options *options;
  GMainLoop *loop;
  Samplers *samplers;
  ServiceGet *get_limits;
  guint n_waiting;
  GError *error; /* there are no samplers */
  char **limits; /* NULL: none */
} Listing;

static void
end_one (Listing *listing)
{
  if (--listing->n_waiting == 0)
    g_main_loop_quit (listing->loop);
}

static void
on_samplers (const GError *error, gpointer data)
{
  Listing *listing = data;

  if (error != NULL)
    listing->error = g_error_copy (error);
  end_one (listing);
}

/* Releases of the service differ: there may be none. */
static void
on_limits (GBytes *body, const GError *error, gpointer data)
{
  Listing *listing = data;

  if (body != NULL)
    listing->limits = service_limits_parse (body);
  end_one (listing);
}

static void
print_event (const char *event, const char *member, const char *const *texts)
{
  JsonObject *object = json_event_new (event);
  JsonArray *array = json_array_new ();

  for (guint i = 0; texts[i] != NULL; i++)
    json_array_add_string_element (array, texts[i]);
  json_object_set_array_member (object, member, array);
  json_event_print (object);
}

static void
print (const Listing *listing)
{
  const char *const *names = samplers_get (listing->samplers);
  const char *const *limits = (const char *const *) listing->limits;

  if (listing->options->json) {
    print_event ("samplers", "names", names);
    if (limits != NULL)
      print_event ("limits", "plans", limits);
    return;
  }
  for (guint i = 0; names[i] != NULL; i++)
    puts (names[i]);
  for (guint i = 0;
       limits != NULL && !listing->options->quiet && limits[i] != NULL; i++) {
    g_autofree char *text = failure_printable (limits[i]);

    fprintf (stderr, "Limit of %s\n", text);
  }
}

/* Nobody hears of names that a full disk has taken. */
static gboolean
check_printed (GError **error)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;
  g_set_error_literal (
      error, FAILURE, FAILURE_OUTPUT, "Standard output cannot be written.");
  return FALSE;
}

gboolean
listing_run (const Options *options, Interrupt *interrupt, GError **error)
{
  const char *given = options_get (options, OPTION_API_URL);
  g_autofree char *api_url =
      given != NULL ? g_strdup (given) : service_dup_default_url ();
  const ServiceAccess access = { .api_url = api_url,
    .ca_file = options_get (options, OPTION_CA_FILE),
    .proxy = options_get (options, OPTION_PROXY),
    .insecure = options->insecure };
  g_autoptr (GMainLoop) loop = interrupt_ref_loop (interrupt);
  g_autoptr (Samplers) samplers = samplers_new (&access);
  Listing listing = { options, loop, samplers, .n_waiting = 2 };
  gboolean listed = FALSE;

  if (api_url == NULL) {
    g_set_error_literal (error, FAILURE, FAILURE_UNAVAILABLE,
        "The GStreamer element \"visioncraftgifsrc\", which knows the "
        "service's address, is missing: give --api-url.");
    return FALSE;
  }
  if (interrupt_get_signal (interrupt) != 0)
    return FALSE;
  samplers_refresh (samplers, on_samplers, &listing);
  listing.get_limits =
      service_get_start (&access, SERVICE_LIMITS_PATH, on_limits, &listing);
  g_main_loop_run (loop);
  service_get_free (listing.get_limits);
  if (listing.error != NULL) {
    g_propagate_error (error, listing.error);
  } else if (listing.n_waiting == 0) {
    print (&listing);
    listed = check_printed (error);
  }
  g_strfreev (listing.limits);
  return listed;
}
