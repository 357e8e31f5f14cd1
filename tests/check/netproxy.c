/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netproxy.h"

#include <string.h>

#define REFUSAL \
  "HTTP/1.1 407 Proxy Authentication Required\r\n" \
  "Proxy-Authenticate: Basic realm=\"tests\"\r\n" \
  "Content-Length: 0\r\n\r\n"

struct _NetProxy
{
  GSocketListener *listener;
  GCancellable *end;
  GThread *thread; /* accepts, and joins those of the connections */
  char *address;
  char *authorization;  /* the header that is asked for; NULL: none */
  gboolean is_refusing; /* … whatever is asked */
  const char *answer, *repeated;
  gint n_tunnels, n_refused; /* atomic */
};

/* The request line, or NULL at the end of the connection. @ret_let_in: it came
 * with the right header. */
static char *
read_request (NetProxy *proxy, GDataInputStream *input, gboolean *ret_let_in)
{
  char *request = g_data_input_stream_read_line (input, NULL, NULL, NULL);

  *ret_let_in = proxy->authorization == NULL && !proxy->is_refusing;
  while (request != NULL) {
    g_autofree char *line =
        g_data_input_stream_read_line (input, NULL, NULL, NULL);

    if (line == NULL || line[0] == '\0')
      break;
    if (g_strcmp0 (line, proxy->authorization) == 0)
      *ret_let_in = TRUE;
  }
  return request;
}

static gboolean
say (GIOStream *stream, const char *text)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (stream),
      text, strlen (text), NULL, NULL, NULL);
}

static void
on_spliced (GObject *source, GAsyncResult *result, gpointer loop)
{
  g_io_stream_splice_finish (result, NULL);
  g_main_loop_quit (loop);
}

static void
tunnel (GIOStream *client, const char *request)
{
  g_auto (GStrv) words = g_strsplit (request, " ", -1);
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GSocketConnection) server = NULL;

  g_socket_client_set_enable_proxy (connector, FALSE);
  server =
      g_socket_client_connect_to_host (connector, words[1], 443, NULL, NULL);
  if (server == NULL || !say (client, "HTTP/1.1 200 Connected\r\n\r\n"))
    return;

  g_main_context_push_thread_default (context);
  g_io_stream_splice_async (client, G_IO_STREAM (server),
      G_IO_STREAM_SPLICE_CLOSE_STREAM1 | G_IO_STREAM_SPLICE_CLOSE_STREAM2,
      G_PRIORITY_DEFAULT, NULL, on_spliced, loop);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);
}

/* Whether another request may follow. */
static gboolean
refuse (NetProxy *proxy, GIOStream *stream)
{
  g_atomic_int_inc (&proxy->n_refused);
  if (!proxy->is_refusing)
    return say (stream, REFUSAL);
  if (proxy->answer != NULL && !say (stream, proxy->answer))
    return FALSE;
  while (proxy->repeated != NULL && say (stream, proxy->repeated))
    ;
  return FALSE;
}

typedef struct
{
  NetProxy *proxy;
  GSocketConnection *connection;
} Visit;

static gpointer
serve (gpointer data)
{
  Visit *visit = data;
  NetProxy *proxy = visit->proxy;
  g_autoptr (GSocketConnection) connection = visit->connection;
  GIOStream *stream = G_IO_STREAM (connection);
  g_autoptr (GDataInputStream) input =
      g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  gboolean open = TRUE;

  g_free (visit);
  g_filter_input_stream_set_close_base_stream (
      G_FILTER_INPUT_STREAM (input), FALSE);
  g_data_input_stream_set_newline_type (
      input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  while (open) {
    gboolean let_in;
    g_autofree char *request = read_request (proxy, input, &let_in);

    if (request == NULL || !g_str_has_prefix (request, "CONNECT "))
      break;
    if (let_in) {
      g_atomic_int_inc (&proxy->n_tunnels);
      tunnel (stream, request);
      break;
    }
    open = refuse (proxy, stream);
  }
  return NULL;
}

static gpointer
accept_all (gpointer data)
{
  NetProxy *proxy = data;
  GSList *threads = NULL;
  GSocketConnection *connection;

  while ((connection = g_socket_listener_accept (
              proxy->listener, NULL, proxy->end, NULL))
      != NULL) {
    Visit *visit = g_new (Visit, 1);

    visit->proxy = proxy;
    visit->connection = connection;
    threads =
        g_slist_prepend (threads, g_thread_new ("net-proxy", serve, visit));
  }
  while (threads != NULL) {
    g_thread_join (threads->data);
    threads = g_slist_delete_link (threads, threads);
  }
  return NULL;
}

NetProxy *
net_proxy_new (const char *login)
{
  NetProxy *proxy = g_new0 (NetProxy, 1);
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree char *base64 = NULL;

  if (login != NULL) {
    base64 = g_base64_encode ((const guchar *) login, strlen (login));
    proxy->authorization =
        g_strconcat ("Proxy-Authorization: Basic ", base64, NULL);
  }
  proxy->end = g_cancellable_new ();
  proxy->listener = g_socket_listener_new ();
  if (!g_socket_listener_add_address (proxy->listener, any,
          G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL))
    g_error ("no port for a proxy");
  proxy->address = g_strdup_printf ("127.0.0.1:%u",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  proxy->thread = g_thread_new ("net-proxy", accept_all, proxy);
  return proxy;
}

NetProxy *
net_proxy_new_refusing (const char *answer, const char *repeated)
{
  NetProxy *proxy = net_proxy_new (NULL);

  proxy->answer = answer;
  proxy->repeated = repeated;
  proxy->is_refusing = TRUE;
  return proxy;
}

void
net_proxy_free (NetProxy *proxy)
{
  g_cancellable_cancel (proxy->end);
  g_thread_join (proxy->thread);
  g_object_unref (proxy->listener);
  g_object_unref (proxy->end);
  g_free (proxy->address);
  g_free (proxy->authorization);
  g_free (proxy);
}

const char *
net_proxy_get_address (NetProxy *proxy)
{
  return proxy->address;
}

guint
net_proxy_get_n_tunnels (NetProxy *proxy)
{
  return g_atomic_int_get (&proxy->n_tunnels);
}

guint
net_proxy_get_n_refused (NetProxy *proxy)
{
  return g_atomic_int_get (&proxy->n_refused);
}
