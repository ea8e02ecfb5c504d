using Datagen.Protocol;

namespace Unit.World;

internal static class Clients
{
    extension(ScriptedServer server)
    {
        public ServiceClient Client => new(_ => new HttpClient(server, disposeHandler: false));
    }
}
