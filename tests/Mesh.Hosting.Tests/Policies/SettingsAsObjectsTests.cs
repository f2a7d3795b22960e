using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

/// <summary>Settings as AppHosts in other languages send them: read with the rules of Aspire's host, durations as numbers of milliseconds.</summary>
public sealed class SettingsAsObjectsTests
{
    private static readonly JsonSerializerOptions AspiresRules = new()
    {
        PropertyNameCaseInsensitive = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter() },
    };

    public static TheoryData<string> Durations =>
    [
        .. typeof(MeshOptions).Assembly.GetExportedTypes().Where(t => t.GetCustomAttribute<AspireDtoAttribute>() is not null)
            .SelectMany(t => t.GetProperties().Where(p => (Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType) == typeof(TimeSpan)).Select(p => $"{t.FullName}.{p.Name}")),
    ];

    [Theory]
    [MemberData(nameof(Durations))]
    public void Duration_OfEveryObject_IsReadFromMilliseconds(string property)
    {
        var dot = property.LastIndexOf('.');
        var type = typeof(MeshOptions).Assembly.GetType(property[..dot])!;

        var read = JsonSerializer.Deserialize($$"""{"{{JsonNamingPolicy.CamelCase.ConvertName(property[(dot + 1)..])}}": 1500}""", type, AspiresRules);

        Assert.Equal(TimeSpan.FromSeconds(1.5), type.GetProperty(property[(dot + 1)..])!.GetValue(read));
    }

    [Fact]
    public void Retry_WithListsAndWords_IsRead()
    {
        var retry = JsonSerializer.Deserialize<MeshRetry>("""{"http": {"retryOn": ["ServerError"], "retryOnStatus": [429], "backOffBase": "00:00:01"}, "budget": {"percent": 5}}""", AspiresRules)!;

        Assert.Equal([MeshHttpRetryCondition.ServerError], retry.Http.RetryOn);
        Assert.Equal([429], retry.Http.RetryOnStatus);
        Assert.Equal(TimeSpan.FromSeconds(1), retry.Http.BackOffBase);
        Assert.Equal(5, retry.Budget.Percent);
        Assert.Null(retry.Grpc.RetryOn);
    }
}
