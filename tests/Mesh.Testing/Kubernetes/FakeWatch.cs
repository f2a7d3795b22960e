using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Mesh.Testing.Kubernetes;

/// <summary>Answers a watch: one JSON object a line, as they happen.</summary>
internal static class FakeWatch
{
    public static async Task StreamAsync(HttpContext context, FakeObjects objects, string path)
    {
        context.Response.ContentType = "application/json;stream=watch";
        if (FakePath.Parse(path) is not { } parsed || !objects.Serves(parsed))
        {
            context.Response.StatusCode = 404;
            await context.Response.WriteAsync(FakeAnswer.Failure(HttpStatusCode.NotFound, "the server could not find the requested resource").ToJsonString());
            return;
        }

        var selection = FakeSelection.Of(parsed, context.Request.Query);
        if (objects.Watch(parsed.Resource, long.Parse(context.Request.Query["resourceVersion"].ToString(), CultureInfo.InvariantCulture)) is not { } changes)
        {
            await SendAsync(context, "ERROR", FakeAnswer.Failure(HttpStatusCode.Gone, "too old resource version"));
            return;
        }

        try
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await foreach (var change in changes.Reader.ReadAllAsync(context.RequestAborted))
            {
                if (change is null)
                {
                    await SendAsync(context, "BOOKMARK", new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = objects.Version } });
                }
                else if (selection.Matches(change.GroupVersion, change.Resource, change.Object))
                {
                    await SendAsync(context, change.Kind, (JsonObject)change.Object.DeepClone());
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The watcher has gone.
        }
        finally
        {
            objects.EndWatch(changes);
        }
    }

    private static async Task SendAsync(HttpContext context, string kind, JsonObject o)
    {
        await context.Response.WriteAsync($"{new JsonObject { ["type"] = kind, ["object"] = o }.ToJsonString()}\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
