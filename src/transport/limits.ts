export const MESSAGE_TYPE = 'application/octet-stream'
