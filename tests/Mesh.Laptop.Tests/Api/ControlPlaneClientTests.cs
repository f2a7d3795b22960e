using System.Net;
using System.Text;
using Mesh.Laptop.Api;

namespace Mesh.Laptop.Tests.Api;

public sealed class ControlPlaneClientTests
{
    private static readonly Uri Server = new("http://127.0.0.1:15014");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_Answer_IsJsonAndTheTokenWasSent()
    {
        var handler = new Answering(HttpStatusCode.OK, """{ "services": [] }""");
        using var client = new ControlPlaneClient(Server, "secret", handler);

        Assert.NotNull((await client.GetAsync("services", Cancellation))["services"]);
        Assert.Equal("GET http://127.0.0.1:15014/api/v1/services Bearer secret", handler.Seen);
    }

    [Fact]
    public async Task Post_Refused_CarriesEveryViolation()
    {
        using var client = new ControlPlaneClient(Server, "t", new Answering(
            HttpStatusCode.UnprocessableEntity,
            """{ "title": "Refused", "status": 422, "detail": "2 things are wrong.", "violations": [ { "document": "Retry default/a", "path": "spec.to[0]", "message": "is wrong", "line": 7 }, { "document": null, "path": "kind", "message": "is missing", "line": null } ] }"""));

        var error = await Assert.ThrowsAsync<RefusedException>(() => client.PostAsync("policies", null, Cancellation));

        Assert.Equal(ControlPlaneFault.Refused, error.Fault);
        Assert.Equal([new ProblemViolation("Retry default/a", "spec.to[0]", "is wrong", 7), new ProblemViolation(null, "kind", "is missing", null)], error.Problem.Violations);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, ControlPlaneFault.UnknownToken)]
    [InlineData(HttpStatusCode.Forbidden, ControlPlaneFault.Forbidden)]
    [InlineData(HttpStatusCode.InternalServerError, ControlPlaneFault.Failed)]
    [InlineData(HttpStatusCode.NotFound, ControlPlaneFault.Refused)]
    public async Task Get_Error_SaysWhatKind(HttpStatusCode status, object expected)
    {
        using var client = new ControlPlaneClient(Server, "t", new Answering(status, "not json"));

        var error = await Assert.ThrowsAnyAsync<ControlPlaneException>(() => client.GetAsync("services", Cancellation));

        Assert.Equal(expected, error.Fault);
    }

    [Fact]
    public async Task IsReady_ControlPlaneThatHangs_IsNotReady_AndEndsNobodyWhoAsks()
    {
        using var client = new ControlPlaneClient(Server, "t", new Hanging());

        Assert.False(await client.IsReadyAsync(Cancellation));
    }

    [Fact]
    public async Task Get_NobodyThere_SaysWhere()
    {
        using var client = new ControlPlaneClient(Server, "t", new Answering(null, ""));

        var error = await Assert.ThrowsAsync<ControlPlaneException>(() => client.GetAsync("services", Cancellation));

        Assert.Equal(ControlPlaneFault.Unreachable, error.Fault);
        Assert.Contains("no control plane answers at http://127.0.0.1:15014/", error.Message, StringComparison.Ordinal);
        Assert.False(await client.IsReadyAsync(Cancellation));
    }

    private sealed class Answering(HttpStatusCode? status, string body) : HttpMessageHandler
    {
        public string Seen { get; private set; } = "";

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Seen = $"{request.Method} {request.RequestUri} {request.Headers.Authorization}";
            return status is { } code
                ? Task.FromResult(new HttpResponseMessage(code) { Content = new StringContent(body, Encoding.UTF8, "application/json") })
                : throw new HttpRequestException("Connection refused.");
        }
    }

    // What HttpClient says once its own limit is over.
    private sealed class Hanging : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new TaskCanceledException("The request took longer than 30 s.");
    }
}
