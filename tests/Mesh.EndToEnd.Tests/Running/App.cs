using System.Net.Http.Json;
using System.Text.Json;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary>A test app, told through its front door what to do from inside its own process.</summary>
internal sealed class App(HttpClient frontDoor)
{
    private Dictionary<string, string>? _environment;

    public HttpClient FrontDoor => frontDoor;

    /// <summary>Lets the app call a URL; a URL that begins with a name in braces has that variable of the app's environment in its place.</summary>
    public async Task<CallResult> CallAsync(string url, string method = "GET", Dictionary<string, string>? headers = null, string? body = null, string? version = null)
    {
        if (url.StartsWith('{'))
        {
            var end = url.IndexOf('}', StringComparison.Ordinal);
            url = await VariableAsync(url[1..end]) + url[(end + 1)..];
        }

        using var response = await frontDoor.PostAsJsonAsync("/call", new { url, method, headers, body, version }, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"The front door answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return (await response.Content.ReadFromJsonAsync<CallResult>(JsonSerializerOptions.Web, TestContext.Current.CancellationToken))!;
    }

    /// <summary>Lets the app ask a database that its environment has the address of.</summary>
    /// <returns>The answer, or the database's code of its error.</returns>
    public async Task<string> AskAsync(string variable, string password, string command)
    {
        var address = (await VariableAsync(variable)).Split(':');
        var connection = $"Host={address[0]};Port={address[1]};Username=shop;Password={password};Database=shop;SSL Mode=Disable;GSS Encryption Mode=Disable;Pooling=false";
        using var response = await frontDoor.PostAsJsonAsync("/sql", new { connection, command }, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public async Task<string> VariableAsync(string name)
    {
        _environment ??= await frontDoor.GetFromJsonAsync<Dictionary<string, string>>("/environment", TestContext.Current.CancellationToken);
        return _environment!.TryGetValue(name, out var value) ? value : throw new InvalidOperationException($"The app has no {name}; it has {string.Join(", ", _environment.Keys.Order())}");
    }

    /// <summary>Waits until a URL is answered, and by so many replicas: callers know one that has just got ready a moment after it has.</summary>
    public async Task ReachesAsync(string url, int replicas = 1)
    {
        var seen = new HashSet<string>();
        await Eventually.GetAsync(
            async () =>
            {
                var answer = await CallAsync(url);
                if (answer.Status == 200)
                {
                    seen.Add(answer.Header("x-replica")!);
                }

                return answer;
            },
            _ => seen.Count == replicas,
            TimeSpan.FromSeconds(60));
    }

    /// <summary>Calls the same thing many times and counts the answers by what the selector reads from them.</summary>
    public async Task<Dictionary<string, int>> CountAsync(int times, string url, Func<CallResult, string> selector)
    {
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < times; i++)
        {
            var key = selector(await CallAsync(url));
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        return counts;
    }
}
