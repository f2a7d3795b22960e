using Mesh.Model.Requests;

namespace Mesh.Model.Simulation;

/// <summary>What no sidecar forwards, whatever policies say.</summary>
internal static class RequestHead
{
    /// <summary>What is wrong with a request's first line; <see langword="null"/>: nothing.</summary>
    public static (string Error, int Status, string Text)? Problem(SimulatedRequest request)
    {
        if (request.Method.Length is 0 or > 64 || !request.Method.All(c => c is (>= 'A' and <= 'Z') or '-' or '_'))
        {
            return ("bad_request", 400, "the method is not written in capital letters");
        }

        return request.Method is "TRACE" or "CONNECT"
            ? ("bad_request", 405, $"{request.Method} is not forwarded")
            : RequestTarget.TryParse(request.Target, out _) ? null : ("bad_request", 400, "the request target is neither a path nor a URL of http");
    }
}
