using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.EndToEnd.Tests.Browser;

/// <summary>One page: open, run script, look.</summary>
internal sealed class DevToolsPage : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private int _last;

    public static async Task<DevToolsPage> OpenAsync(string port, int width, int height)
    {
        using var http = new HttpClient();
        var first = await Eventually.GetAsync(
            async () => JsonNode.Parse(await http.GetStringAsync($"http://127.0.0.1:{port}/json/list"))!.AsArray().FirstOrDefault(p => (string?)p!["type"] == "page"), found => found is not null, Deadline);
        var page = new DevToolsPage();
        await page._socket.ConnectAsync(new Uri(first!["webSocketDebuggerUrl"]!.GetValue<string>()), TestContext.Current.CancellationToken);
        await page.SendAsync("Page.enable", []);
        await page.SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });
        return page;
    }

    public async Task GoToAsync(string url)
    {
        await SendAsync("Page.navigate", new JsonObject { ["url"] = url });
        await UntilAsync("document.readyState === 'complete'");
    }

    /// <summary>Runs an expression in the page and waits for it to be true.</summary>
    public Task UntilAsync(string condition) => Eventually.GetAsync(
        async () =>
        {
            try
            {
                return await EvaluateAsync($"!!({condition})");
            }
            catch (InvalidOperationException e)
            {
                return e.Message; // on its way to another page
            }
        },
        seen => seen == "true",
        Deadline);

    /// <summary>Runs an expression in the page; the answer is JSON text.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        return answer["result"]?["value"]?.ToJsonString() ?? "undefined";
    }

    /// <summary>Text of the page as a person sees it.</summary>
    public async Task<string> TextAsync() => JsonSerializer.Deserialize<string>(await EvaluateAsync("document.body.innerText")) ?? "";

    public async Task ScreenshotAsync(string file)
    {
        var answer = await SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = true });
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllBytesAsync(file, Convert.FromBase64String(answer["data"]!.GetValue<string>()));
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<JsonNode> SendAsync(string method, JsonObject parameters)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var id = ++_last;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
        while (true)
        {
            var answer = await ReceiveAsync(deadline.Token);
            if ((int?)answer["id"] == id)
            {
                return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer}");
            }
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken ended)
    {
        using var whole = new MemoryStream();
        var block = new byte[65536];
        while (true)
        {
            var part = await _socket.ReceiveAsync(block.AsMemory(), ended);
            whole.Write(block, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonNode.Parse(whole.ToArray())!;
            }
        }
    }
}
