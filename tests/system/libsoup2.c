/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <gst/gst.h>

#ifdef LOCAL
#include <dlfcn.h>
#else
#include <libsoup/soup.h>
#endif

/* A program that uses libsoup 2 and plays a pipeline: linked to it, or with
 * libsoup 2 in a module of its own (LOCAL), as plugins have it.
 *
 *   libsoup2 LAUNCH_LINE
 *
 * Prints how it ended, each error on a line, and whether the service was asked. */

static GObject *
new_libsoup2_session (void)
{
#ifdef LOCAL
  void *libsoup2 = dlopen ("libsoup-2.4.so.1", RTLD_NOW | RTLD_LOCAL);
  GObject *(*session_new) (void);

  if (libsoup2 == NULL)
    g_error ("%s", dlerror ());
  *(void **) &session_new = dlsym (libsoup2, "soup_session_new");
  return session_new ();
#else
  return G_OBJECT (soup_session_new ());
#endif
}

/* Until the end, or the first error and what comes right behind it. */
static void
play (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstClockTime patience = 30 * GST_SECOND;
  gboolean ended = FALSE;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!ended) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
        bus, patience, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_autoptr (GError) error = NULL;

    if (message == NULL && patience == 0)
      return;
    if (message == NULL)
      g_error ("it does not end");
    ended = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    if (ended) {
      g_print ("ended\n");
      return;
    }
    gst_message_parse_error (message, &error, NULL);
    g_print ("error: %s\n", error->message);
    gst_element_set_state (pipeline, GST_STATE_READY);
    patience = 0;
  }
}

/* A service that nobody answers at; what connects waits in its queue. */
static GSocket *
listen_as_service (void)
{
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree char *url = NULL;

  g_assert_no_error (error);
  g_socket_bind (socket, any_port, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (socket, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  url = g_strdup_printf ("http://127.0.0.1:%u",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  g_setenv ("VISIONCRAFT_API_URL", url, TRUE);
  g_setenv ("VISIONCRAFT_TOKEN", "test", TRUE);
  return socket;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) session = new_libsoup2_session ();
  g_autoptr (GSocket) service = listen_as_service ();
  g_autoptr (GstElement) pipeline = NULL;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch (argv[1], &error);
  g_assert_no_error (error);
  play (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_print ("%s\n",
      g_socket_condition_check (service, G_IO_IN) & G_IO_IN ? "asked"
                                                            : "nobody asked");
  return 0;
}
