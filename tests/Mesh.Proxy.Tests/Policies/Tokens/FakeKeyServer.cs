using System.Net;

namespace Mesh.Proxy.Tests.Policies.Tokens;

/// <summary>Answers fetches of keys as a test likes.</summary>
internal sealed class FakeKeyServer : HttpMessageHandler
{
    public Func<CancellationToken, Task<HttpResponseMessage>> Answer { get; set; } = _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));

    public int Fetches { get; private set; }

    public void Serve(string keys) => Answer = _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(keys) });

    public void Fail() => Answer = _ => throw new HttpRequestException("nobody there");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Fetches++;
        return Answer(cancellationToken);
    }
}
